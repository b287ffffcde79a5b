"""Contracts on paper in Chinese and English: which language a contract is printed in, and the English of titles.

The English of a paragraph stands beside its Chinese in the same JSON. What was submitted keeps its language.
"""

from django.db import migrations, models

FROZEN = """
CREATE FUNCTION paper_language_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND NEW.paper_language IS DISTINCT FROM OLD.paper_language THEN
        RAISE EXCEPTION 'Contract % is %, so the language of its paper cannot change', OLD.id, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_body_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER paper_language_is_frozen BEFORE UPDATE OF paper_language ON contracts_contract
    FOR EACH ROW EXECUTE FUNCTION paper_language_is_frozen();
"""
DROP_FROZEN = """
DROP TRIGGER paper_language_is_frozen ON contracts_contract;
DROP FUNCTION paper_language_is_frozen();
"""
TITLE = models.CharField(blank=True, default="", max_length=120, verbose_name="title in English")


class Migration(migrations.Migration):
    dependencies = [("contracts", "0018_counterparty_paper")]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="paper_language",
            field=models.CharField(
                choices=[("zh", "Chinese"), ("both", "Chinese and English side by side")],
                default="zh",
                max_length=4,
                verbose_name="language of the paper",
            ),
        ),
        migrations.AddField(
            model_name="clause", name="title_en", field=TITLE.clone(), preserve_default=False
        ),
        migrations.AddField(
            model_name="clausechange", name="title_en", field=TITLE.clone(), preserve_default=False
        ),
        migrations.RunSQL(FROZEN, DROP_FROZEN),
    ]
