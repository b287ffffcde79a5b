"""A form with the fields of a model whose rows only services write."""

from django import forms


class ServiceModelForm(forms.ModelForm):
    """Takes labels, choices and lengths from the model and its values from the row, and leaves the row alone.

    A plain ModelForm writes what was typed into the row before the service has agreed to it, and answers
    broken constraints with their names. Here the service checks, and says what is wrong in words.
    """

    def _post_clean(self):
        pass
