"""Addresses of the inbox, tasks, cases, failures and definitions."""

from django.urls import path

from workflows.views import (
    cases,
    catalogue,
    definitions,
    editor,
    guide,
    handing_over,
    importing,
    inbox,
    incident_deeds,
    incident_many,
    incidents,
    messages,
    outside,
    publishing,
    shipped,
    snoozing,
    starting,
    table_editor,
    tasks,
    triggers,
    versions,
)

app_name = "workflows"

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/list/", inbox.fresh_list, name="inbox-list"),
    path("inbox/<int:pk>/", tasks.work_item, name="work-item"),
    path("inbox/<int:pk>/claim/", tasks.claim, name="work-item-claim"),
    path("inbox/<int:pk>/release/", tasks.release, name="work-item-release"),
    path("inbox/<int:pk>/transfer/", handing_over.WorkItemTransfer.as_view(), name="work-item-transfer"),
    path("inbox/<int:pk>/snooze/", snoozing.WorkItemSnooze.as_view(), name="work-item-snooze"),
    path("inbox/<int:pk>/wake/", tasks.wake, name="work-item-wake"),
    path("inbox/<int:pk>/complete/", tasks.complete, name="work-item-complete"),
    path("cases/", cases.CaseList.as_view(), name="case-list"),
    path("cases/start/<str:kind>/<str:pk>/", starting.CaseStart.as_view(), name="case-start"),
    path("cases/<int:pk>/", cases.CaseDetail.as_view(), name="case-detail"),
    path("cases/<int:pk>/diagram.xml", cases.case_diagram, name="case-diagram"),
    path("cases/<int:pk>/cancel/", cases.CaseCancel.as_view(), name="case-cancel"),
    path("incidents/", incidents.IncidentList.as_view(), name="incident-list"),
    path("incidents/all/", incidents.IncidentHistory.as_view(), name="incident-history"),
    path("incidents/cause/<str:key>/", incident_many.IncidentGroup.as_view(), name="incident-group"),
    path("incidents/many/<str:deed>/", incident_many.IncidentMany.as_view(), name="incident-many"),
    path("incidents/<int:pk>/", incidents.IncidentDetail.as_view(), name="incident-detail"),
    path("incidents/<int:pk>/retry/", incident_deeds.IncidentRetry.as_view(), name="incident-retry"),
    path("incidents/<int:pk>/edit/", incident_deeds.IncidentEdit.as_view(), name="incident-edit"),
    path("incidents/<int:pk>/skip/", incident_deeds.IncidentSkip.as_view(), name="incident-skip"),
    path("incidents/<int:pk>/fail/", incident_deeds.IncidentFail.as_view(), name="incident-fail"),
    path("incidents/<int:pk>/mend/", incident_deeds.IncidentMend.as_view(), name="incident-mend"),
    path("messages/", messages.MessageList.as_view(), name="message-list"),
    path("messages/send/", messages.MessageSend.as_view(), name="message-send"),
    path("messages/names/", messages.MessageNames.as_view(), name="message-names"),
    path("messages/rights/", messages.MessageRights.as_view(), name="message-rights"),
    path("external-systems/", outside.OutsideServiceList.as_view(), name="outside-service-list"),
    path("external-systems/new/", outside.OutsideServiceCreate.as_view(), name="outside-service-create"),
    path("external-systems/<int:pk>/", outside.OutsideServiceDetail.as_view(), name="outside-service"),
    path(
        "external-systems/<int:pk>/edit/", outside.OutsideServiceEdit.as_view(), name="outside-service-edit"
    ),
    path("external-systems/<int:pk>/try/", outside.OutsideServiceTry.as_view(), name="outside-service-try"),
    path(
        "external-systems/<int:pk>/off/",
        outside.OutsideServiceSwitchOff.as_view(),
        name="outside-service-switch-off",
    ),
    path(
        "external-systems/<int:pk>/on/",
        outside.OutsideServiceSwitchOn.as_view(),
        name="outside-service-switch-on",
    ),
    path("process-starts/<int:pk>/pause/", triggers.TriggerPause.as_view(), name="trigger-pause"),
    path("process-starts/<int:pk>/resume/", triggers.TriggerResume.as_view(), name="trigger-resume"),
    path("start/", catalogue.Catalogue.as_view(), name="catalogue"),
    path("start/<str:key>/", catalogue.ProcessStart.as_view(), name="process-start"),
    path("processes/", definitions.DefinitionList.as_view(), name="definition-list"),
    path("processes/import/", importing.DefinitionImport.as_view(), name="definition-import"),
    path("processes/<str:key>/", definitions.DefinitionDetail.as_view(), name="definition-detail"),
    path("processes/<str:key>/edit/", editor.Editor.as_view(), name="definition-edit"),
    path("processes/<str:key>/shipped/", shipped.OfferPage.as_view(), name="shipped-offer"),
    path("processes/<str:key>/shipped/take/", shipped.OfferTake.as_view(), name="shipped-offer-take"),
    path(
        "processes/<str:key>/shipped/decline/", shipped.OfferDecline.as_view(), name="shipped-offer-decline"
    ),
    path("processes/<str:key>/guide/", guide.ProcessGuide.as_view(), name="process-guide"),
    path("processes/<str:key>/guide/picture.svg", guide.guide_picture, name="guide-picture"),
    path("processes/<str:key>/rights/", publishing.DefinitionRights.as_view(), name="definition-rights"),
    path("processes/<str:key>/publish/", publishing.DraftPublish.as_view(), name="draft-publish"),
    path("processes/<str:key>/compare/", versions.compare, name="version-compare"),
    path(
        "processes/<str:key>/versions/<str:before>/diff/<str:after>/",
        versions.VersionDifference.as_view(),
        name="version-difference",
    ),
    path("processes/<str:key>/draft/diagram.xml", versions.draft_diagram, name="draft-diagram"),
    path(
        "processes/<str:key>/<int:number>/restore/", versions.VersionRestore.as_view(), name="version-restore"
    ),
    path("processes/<str:key>/draft/tables/", table_editor.TableList.as_view(), name="draft-tables"),
    path("processes/<str:key>/draft/new-table/", table_editor.TableNew.as_view(), name="draft-table-new"),
    path(
        "processes/<str:key>/draft/tables/<str:name>/", table_editor.TableEdit.as_view(), name="draft-table"
    ),
    path("processes/<str:key>/draft/mend/", definitions.draft_mend, name="draft-mend"),
    path("processes/<str:key>/<int:number>/", definitions.VersionDetail.as_view(), name="version-detail"),
    path("processes/<str:key>/<int:number>/diagram.xml", definitions.version_diagram, name="version-diagram"),
]
