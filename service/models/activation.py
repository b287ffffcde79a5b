"""What we asked the member platform to do for a contract, and what it answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock


class MemberActivation(models.Model):
    """One wish: open a membership, extend it or end it. The key is the same however often it is asked.

    An answer is final: the first one counts, whichever way it comes. A supplement that moves the end of the term is
    told by a request that follows the one granted last (``follows``): each granted request has one successor at most,
    so ends are told one after the other, and an end that holds again may be told again.
    """

    class Kind(models.TextChoices):
        ACTIVATE = "activate", _("Open the membership")
        EXTEND = "extend", _("Extend the membership")
        DEACTIVATE = "deactivate", _("End the membership")

    class State(models.TextChoices):
        PENDING = "pending", _("Asked")
        OK = "ok", _("Done")
        FAILED = "failed", _("Declined")
        # Not asked any more: the contract is over, or its term ends on yet another day.
        WITHDRAWN = "withdrawn", _("Not asked any more")

    contract = models.ForeignKey(
        "contracts.Contract",
        on_delete=models.PROTECT,
        related_name="activations",
        verbose_name=_("contract"),
    )
    # The account on the platform; empty until the platform has named the one that it opened.
    external_id = models.CharField(_("member no."), max_length=60, blank=True)
    plan = models.CharField(_("plan"), max_length=30)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    request_key = models.CharField(_("request"), max_length=60, unique=True)
    # The request whose end this one moves; empty for the one that opens or ends the membership.
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="followed_by",
        verbose_name=_("follows"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PENDING, editable=False)
    answer = models.JSONField(_("answer"), default=dict)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("activation")
        verbose_name_plural = _("activations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "plan", "kind"],
                condition=Q(state="ok", follows__isnull=True),
                name="membership_opened_once_per_contract",
            ),
            models.UniqueConstraint(
                fields=["follows"], condition=Q(state="ok"), name="end_of_membership_moved_once_from_each"
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | Q(kind="extend"), name="only_an_extension_follows"
            ),
            models.UniqueConstraint(
                fields=["contract", "plan", "kind"],
                condition=Q(state="pending"),
                name="one_open_request_per_contract",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", answered_at__isnull=True)
                | (~Q(state="pending") & Q(answered_at__isnull=False)),
                name="answered_activation_says_when",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="membership_starts_before_it_ends"
            ),
            models.CheckConstraint(condition=~Q(request_key=""), name="activation_has_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.wish}: {self.plan}"

    @property
    def wish(self) -> str:
        """What is asked for, in words: a supplement may also shorten a term."""
        moves_end = self.follows_id is not None
        return str(_("Change the end of the membership") if moves_end else self.get_kind_display())
