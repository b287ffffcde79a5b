"""The structure of architecture.md, held by tests where a linter cannot."""

from django.apps import apps
from django.core.management import call_command

# From the ground up: a model may point at its own app and at apps to the left.
LAYERS = ["core", "workflows", "crm", "contracts", "service", "config"]


def test_no_model_points_at_a_layer_above_its_own():
    wrong = []
    for app in LAYERS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                target = field.related_model if field.is_relation and not field.auto_created else None
                if target is None or target == "self" or target._meta.app_label not in LAYERS:
                    continue
                if LAYERS.index(target._meta.app_label) > LAYERS.index(app):
                    wrong.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert not wrong, wrong


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
