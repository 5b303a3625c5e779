"""The door Granian opens."""

import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")

from entrepot.config.lanes import two_lanes

# Who asks is whom the proxy names, when a proxy stands before us on this machine or where ENTREPOT_PROXIES says.
application = wrap_wsgi_with_proxy_headers(
    two_lanes(get_wsgi_application()), trusted_hosts=os.environ.get("ENTREPOT_PROXIES", "127.0.0.1").split(",")
)
