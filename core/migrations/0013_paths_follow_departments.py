"""A row that carries a department's path carries the one of this moment.

A department moves while somebody saves a row of it: the mover does not see the row yet, and the row was made with
the path of a moment ago. So the database asks the department itself, by the code at the path's end, which never
changes; whoever moves or merges it is waited for. Apps hang this function on their tables.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION current_department_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    current_path text;
BEGIN
    IF NEW.department_path = '' THEN
        RETURN NEW;
    END IF;
    SELECT path INTO current_path FROM core_department
     WHERE code = substring(NEW.department_path from '([^/]+)/$') FOR KEY SHARE;
    IF NOT FOUND THEN
        -- It was merged into another one a moment ago: tried again, the deed finds the new one.
        RAISE EXCEPTION 'there is no department with the path %', NEW.department_path
            USING ERRCODE = 'serialization_failure';
    END IF;
    NEW.department_path := current_path;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0012_history_of_fields")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION current_department_path();")]
