"""The market's way of keeping passwords at the least cost: tests sign up people by the thousand."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Hasher(Argon2PasswordHasher):
    """Argon2 as in the market, with as little time and memory as it takes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
