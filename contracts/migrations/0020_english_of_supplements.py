"""Supplements on paper in Chinese and English: the English of the words that they change."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("contracts", "0019_paper_in_two_languages")]

    operations = [
        migrations.AddField(
            model_name="amendmentchange",
            name="title_en",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="title in English"),
        ),
        migrations.AddField(
            model_name="amendmentchange",
            name="text_en",
            field=models.TextField(
                blank=True, default="", max_length=18_000, verbose_name="new text in English"
            ),
        ),
        migrations.AddField(
            model_name="amendmentchange",
            name="old_text_en",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddConstraint(
            model_name="amendmentchange",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["clause", "added"]) | Q(title_en="", text_en=""),
                name="amendment_has_english_of_its_words",
            ),
        ),
    ]
