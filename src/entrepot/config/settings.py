"""Django settings. Everything that differs between machines comes from the environment; docs/deploying.md lists it."""

import base64
import contextlib
import json
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from entrepot.base import postgres

PACKAGE = Path(__file__).resolve().parent.parent
HOME = postgres.home()


def _secret_key() -> str:
    """`ENTREPOT_SECRET_KEY`, else one made once and kept in the market's own folder."""
    given = os.environ.get("ENTREPOT_SECRET_KEY")
    if given:
        return given
    kept = HOME / "secret_key"
    if not kept.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(50))
    return kept.read_text().strip()


def _kept_key(name: str, given: str | None) -> bytes:
    """32 bytes from base64, else made once and kept in the market's own folder, out of the database's reach."""
    if given:
        return base64.b64decode(given)
    kept = HOME / name
    if not kept.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        made = HOME / f".{name}-{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        # Of processes that start together one makes the key for all: what it seals, the others must open.
        with contextlib.suppress(FileExistsError):
            os.link(made, kept)
        made.unlink()
    return base64.b64decode(kept.read_text())


def _identity_keys() -> dict[str, bytes]:
    """`ENTREPOT_IDENTITY_KEYS` as `name:base64`, comma between; the first seals, the others only open."""
    given = os.environ.get("ENTREPOT_IDENTITY_KEYS", "")
    named = dict(entry.strip().split(":", 1) for entry in given.split(",") if entry.strip())
    return {name: base64.b64decode(key) for name, key in named.items()} or {"home": _kept_key("identity_key", None)}


def _database() -> dict[str, object]:
    """The one database, with psycopg's pool and plans cached on the server (research: halves its CPU a request)."""
    try:
        address = urlsplit(postgres.database_url())
    except postgres.PostgresTrouble:
        # Commands that start the embedded server come by here first; nothing connects before it runs.
        address = urlsplit("postgresql://postgres@127.0.0.1:1/entrepot")
    options: dict[str, object] = {
        "server_side_binding": True,
        "prepare_threshold": 3,
        "pool": {"min_size": 1, "max_size": int(os.environ.get("ENTREPOT_POOL", "8")), "timeout": 10},
        **dict(parse_qsl(address.query)),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": address.hostname or "",
        "PORT": str(address.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
    }


DEBUG = os.environ.get("ENTREPOT_DEBUG") == "1"
SECRET_KEY = _secret_key()
IDENTITY_KEYS = _identity_keys()
IDENTITY_INDEX_KEY = _kept_key("identity_index_key", os.environ.get("ENTREPOT_IDENTITY_INDEX_KEY"))
ALLOWED_HOSTS = os.environ.get("ENTREPOT_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
# Where the marketplace itself is established: whose law taxes its fees.
SEAT = os.environ.get("ENTREPOT_SEAT", "US")
SITE_URL = os.environ.get("ENTREPOT_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
HTTPS = SITE_URL.startswith("https://")

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CONTEXTS = [
    "ledger", "parties", "channels", "customs", "rates", "catalogue", "stock", "allowance", "promotions", "carriage", "landed",
    "orders", "payments", "basket", "search", "depot", "reconciliation", "disputes",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    "django_htmx",
    "procrastinate.contrib.django",
    "entrepot.base",
    *(f"entrepot.{context}" for context in CONTEXTS if (PACKAGE / context / "apps.py").exists()),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "entrepot.base.csp.ContentPolicy",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "entrepot.web.viewer.ReaderZone",
    "entrepot.web.errors.ErrorPages",
]
ROOT_URLCONF = "entrepot.config.urls"
WSGI_APPLICATION = "entrepot.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "entrepot.web.templating.environment",
            "autoescape": True,
            "context_processors": ["entrepot.web.viewer.frame"],
        },
    },
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = HOME / "media"
MEDIA_URL = "/media/"
# What is shown in disputes; never served by its address, see web/evidence.py.
EVIDENCE_ROOT = HOME / "evidence"

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_ADAPTER = "entrepot.web.account.sign_in.Accounts"
# Wrong passwords are counted by axes, in the database, for all processes together.
ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": "300/m/ip"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account/"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "entrepot.web.account.sign_in.who_tries"
AXES_LOCKOUT_CALLABLE = "entrepot.web.account.sign_in.locked_out"
EMAIL_BACKEND = os.environ.get("ENTREPOT_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = HOME / "mail"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = sorted((PACKAGE / "web" / "locale").glob("*/"))

SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "entrepot.web.errors.form_expired"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["entrepot.jobs"]

# The outside parties. In the demo all of them are `entrepot sandbox` on loopback.
PAYMENT_PROVIDER = os.environ.get("ENTREPOT_PAYMENT_PROVIDER", "sandbox")
# Empty: the provider's own address.
PAYMENT_URL = os.environ.get("ENTREPOT_PAYMENT_URL", "http://127.0.0.1:8801" if PAYMENT_PROVIDER == "sandbox" else "")
PAYMENT_API_KEY = os.environ.get("ENTREPOT_PAYMENT_API_KEY", "sk_sandbox_entrepot")
PAYMENT_WEBHOOK_SECRET = os.environ.get("ENTREPOT_PAYMENT_WEBHOOK_SECRET", "whsec_ZW50cmVwb3Qtc2FuZGJveC1wYXltZW50cw==")
# How payouts reach merchants' banks (`provider` or `bank`), and the account of our own that bank files pay from, as JSON:
# {"name", "country", "number" (IBAN), "bic", and if the bank has limits "lines" and "totals" by currency, minor units}.
PAYOUT_WAY = os.environ.get("ENTREPOT_PAYOUT_WAY", "provider")
PAYOUT_BANK = json.loads(os.environ.get("ENTREPOT_PAYOUT_BANK", "null"))
CARRIER_URL = os.environ.get("ENTREPOT_CARRIER_URL", "http://127.0.0.1:8802")
CARRIER_API_KEY = os.environ.get("ENTREPOT_CARRIER_API_KEY", "ck_sandbox_entrepot")
CARRIER_WEBHOOK_SECRET = os.environ.get("ENTREPOT_CARRIER_WEBHOOK_SECRET", "whsec_ZW50cmVwb3Qtc2FuZGJveC1jYXJyaWVyLQ==")
SEARCH_INDEX = HOME / "index"
# How long a merchant's product file is kept after its import; 0 for ever. Its report and rejected rows stay.
FEEDS_KEPT_DAYS = int(os.environ.get("ENTREPOT_FEEDS_KEPT_DAYS", "90"))
# Requests to the API in a minute, over all processes; 0 for no limit.
API_PER_MINUTE = int(os.environ.get("ENTREPOT_API_PER_MINUTE", "3000"))
API_PER_MINUTE_ADDRESS = int(os.environ.get("ENTREPOT_API_PER_MINUTE_ADDRESS", "6000"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ENTREPOT_LOG", "WARNING")},
}
