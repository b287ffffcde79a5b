"""A database of its own for each benchmark, made anew."""

import os

from django.conf import settings
from django.core.management import call_command
from django.db import connection


def fresh_database(name: str) -> str:
    """Point Django at a new, migrated database and return its psycopg address."""
    name = f"bench_{name}"
    connection.close()
    settings_dict = connection.settings_dict
    settings_dict["NAME"] = "postgres"
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    return " ".join(
        f"{key}={value}"
        for key, value in (
            ("host", settings_dict["HOST"]),
            ("port", settings_dict["PORT"]),
            ("user", settings_dict["USER"]),
            ("password", settings_dict["PASSWORD"]),
            ("dbname", name),
        )
        if value
    )


def database_url(name: str) -> str:
    """The same database as a URL, for programs started beside this one."""
    settings_dict = connection.settings_dict
    if settings_dict["HOST"].startswith("/"):
        return f"postgresql://{settings_dict['USER']}@/bench_{name}?host={settings_dict['HOST']}"
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/bench_{name}"
