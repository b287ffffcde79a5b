"""PUBLIC: everything that moves a process. Pages, API, domain apps and workers call these and nothing below."""

from workflows.services.alert_deeds import forget_old_alerts, release_alert, take_alert
from workflows.services.alerts import watch_if_nobody_does, watch_over
from workflows.services.breaches import AT_ONCE as BREACHES_AT_ONCE
from workflows.services.breaches import mend_breach, note_breaches
from workflows.services.compact_jobs import compact_by_night
from workflows.services.deadlines import alert_due
from workflows.services.definitions import (
    DiagramRefusedError,
    ImportReport,
    import_bpmn,
    publish_draft,
    save_draft,
    set_allowed_operations,
)
from workflows.services.delivery import deliver, forget_messages, sweep_deliveries
from workflows.services.draft_history import discard_draft, forget_old_snapshots, restore_snapshot
from workflows.services.favourites import set_favourite
from workflows.services.handing_over import transfer_work_item
from workflows.services.holds import hold_case, hold_process, hold_subject, lift_hold
from workflows.services.incident_groups import deal_with
from workflows.services.incidents import edit_and_retry, fail_incident, retry_incident, skip_incident
from workflows.services.instances import (
    cancel_instance,
    resume_instance,
    start_process,
    suspend_instance,
)
from workflows.services.jobs import run_job, sweep_jobs
from workflows.services.mending import mend_draft
from workflows.services.messages import SentMessage, emit, may_send, send_message, set_message_roles
from workflows.services.moving import move_case, preview_move
from workflows.services.orphans import reassign_orphans
from workflows.services.process_roles import set_process_roles
from workflows.services.publishing_requests import ask_for_publishing, send_back_draft, take_back_request
from workflows.services.purge_jobs import purge_by_night, purge_now
from workflows.services.purge_policy import keep_cases_for
from workflows.services.purging import purge_case
from workflows.services.rolling_up import begin_anew, roll_up, sweep_figures
from workflows.services.scheduling import publish_scheduled, schedule_publishing, take_back_scheduling
from workflows.services.shipped import publish_shipped
from workflows.services.shipped_offers import decline_offer, take_offer
from workflows.services.snoozing import snooze_warning, snooze_work_item, wake_due, wake_work_item
from workflows.services.timers import fire_due_timers, fire_timer, offer_due_timers
from workflows.services.triggers import fire_start, pause_trigger, resume_trigger, start_by_trigger
from workflows.services.versions import differences_between, restore_as_draft
from workflows.services.work_items import claim_work_item, complete_work_item, release_work_item

__all__ = [
    "BREACHES_AT_ONCE",
    "DiagramRefusedError",
    "ImportReport",
    "SentMessage",
    "alert_due",
    "ask_for_publishing",
    "begin_anew",
    "cancel_instance",
    "claim_work_item",
    "compact_by_night",
    "complete_work_item",
    "deal_with",
    "decline_offer",
    "deliver",
    "differences_between",
    "discard_draft",
    "edit_and_retry",
    "emit",
    "fail_incident",
    "fire_due_timers",
    "fire_start",
    "fire_timer",
    "forget_messages",
    "forget_old_alerts",
    "forget_old_snapshots",
    "hold_case",
    "hold_process",
    "hold_subject",
    "import_bpmn",
    "keep_cases_for",
    "lift_hold",
    "may_send",
    "mend_breach",
    "mend_draft",
    "move_case",
    "note_breaches",
    "offer_due_timers",
    "pause_trigger",
    "preview_move",
    "publish_draft",
    "publish_scheduled",
    "publish_shipped",
    "purge_by_night",
    "purge_case",
    "purge_now",
    "reassign_orphans",
    "release_alert",
    "release_work_item",
    "restore_as_draft",
    "restore_snapshot",
    "resume_instance",
    "resume_trigger",
    "retry_incident",
    "roll_up",
    "run_job",
    "save_draft",
    "schedule_publishing",
    "send_back_draft",
    "send_message",
    "set_allowed_operations",
    "set_favourite",
    "set_message_roles",
    "set_process_roles",
    "skip_incident",
    "snooze_warning",
    "snooze_work_item",
    "start_by_trigger",
    "start_process",
    "suspend_instance",
    "sweep_deliveries",
    "sweep_figures",
    "sweep_jobs",
    "take_alert",
    "take_back_request",
    "take_back_scheduling",
    "take_offer",
    "transfer_work_item",
    "wake_due",
    "wake_work_item",
    "watch_if_nobody_does",
    "watch_over",
]
