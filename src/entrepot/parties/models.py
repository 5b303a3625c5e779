"""People, shoppers, merchants, teams, addresses and API clients."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from entrepot.base.identity import new_id
from entrepot.base.models import OwnedModel


class Users(BaseUserManager["User"]):
    """Django's door for making people."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, operator=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in, by e-mail address."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=16, default="en")
    operator = models.BooleanField(default=False)
    depot = models.BooleanField(default=False)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Users()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="parties_user_email_once"),)

    def __str__(self) -> str:
        return self.email


class Shopper(models.Model):
    """Somebody who shops; without a person behind it until they sign in."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24, unique=True)
    user = models.OneToOneField(User, null=True, on_delete=models.PROTECT)
    country = models.CharField(max_length=2, default="CN")
    currency = models.CharField(max_length=3, default="CNY")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.ref


class Address(OwnedModel):
    """A shopper's address book."""

    OWNER = "shopper_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    shopper_id = models.BigIntegerField(db_index=True)
    ref = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=32)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80)
    district = models.CharField(max_length=80, blank=True)
    lines = models.JSONField()
    postal_code = models.CharField(max_length=16, blank=True)
    used_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["shopper_id", "ref"], name="parties_address_ref"),)

    def __str__(self) -> str:
        return self.ref


class Merchant(models.Model):
    """A business that sells. Rows in their millions, never channels or tenants."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24, unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    about = models.JSONField(default=dict)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    channels = models.JSONField(default=list)
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class BankAccount(OwnedModel):
    """Where a merchant's payouts go. A change is a new row; the one before stays, so that old payouts can be explained."""

    OWNER = "merchant_id"
    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    ref = models.CharField(max_length=24)
    holder = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    bank_code = models.CharField(max_length=16, blank=True)
    # Sealed: the number itself; what people see of it are its last four characters.
    sealed = models.BinaryField()
    ending = models.CharField(max_length=4)
    user_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["merchant_id", "ref"], name="parties_bankaccount_ref"),
            models.UniqueConstraint(
                fields=["merchant_id"], condition=models.Q(until__isnull=True), name="parties_bankaccount_one"
            ),
        )

    def __str__(self) -> str:
        return self.ref


class Membership(OwnedModel):
    """A person's place in a merchant's team."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    merchant_id = models.BigIntegerField()
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=8)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["merchant_id", "user"], name="parties_membership_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.merchant_id}"


class ApiClient(models.Model):
    """A machine that acts for a person: OAuth2 client credentials. Only the secret's hash is kept."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    ref = models.CharField(max_length=24, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    name = models.CharField(max_length=120)
    secret_hash = models.CharField(max_length=128)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.ref


class ApiToken(models.Model):
    """A bearer token of a client, kept as a hash."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)
