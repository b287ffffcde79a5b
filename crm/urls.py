"""Addresses of the customers' pages."""

from django.urls import path

from crm import views
from crm.views import activities, contact_today, members, ownership, pool, statuses, vocabulary

app_name = "crm"

urlpatterns = [
    path("members/", members.MemberList.as_view(), name="member-list"),
    path("members/<int:pk>/", members.MemberDetail.as_view(), name="member-detail"),
    path("members/turns/<int:pk>/", members.PoolDetail.as_view(), name="pool-detail"),
    path("members/turns/<int:pk>/people/", members.PoolPeople.as_view(), name="pool-people"),
    path("members/turns/places/<int:pk>/pause/", members.pool_member_pause, name="pool-member-pause"),
    path("contact-today/", contact_today.ContactToday.as_view(), name="contact-today"),
    path("activities/rules/", activities.activity_rules, name="activity-rules"),
    path("activities/<int:pk>/correct/", activities.ActivityCorrect.as_view(), name="activity-correct"),
    path("activities/<int:pk>/files/<int:file_pk>/", activities.activity_file, name="activity-file"),
    path("customers/<int:pk>/activities/new/", activities.ActivityLog.as_view(), name="activity-log"),
    path("customers/<int:pk>/status/", statuses.StatusChangeDialog.as_view(), name="status-change"),
    path("customers/<int:pk>/status/by-hand/", statuses.StatusByHand.as_view(), name="status-by-hand"),
    path("customer-statuses/", vocabulary.StatusList.as_view(), name="status-list"),
    path("customer-statuses/new/", vocabulary.StatusCreate.as_view(), name="status-create"),
    path("customer-statuses/<int:pk>/", vocabulary.StatusEdit.as_view(), name="status-edit"),
    path("customer-statuses/<int:pk>/delete/", vocabulary.StatusDelete.as_view(), name="status-delete"),
    path("activity-types/", vocabulary.TypeList.as_view(), name="activity-type-list"),
    path("activity-types/new/", vocabulary.TypeCreate.as_view(), name="activity-type-create"),
    path("activity-types/<int:pk>/", vocabulary.TypeEdit.as_view(), name="activity-type-edit"),
    path("activity-types/<int:pk>/delete/", vocabulary.TypeDelete.as_view(), name="activity-type-delete"),
    path("customers/", views.CustomerList.as_view(), name="customer-list"),
    path("customers/new/", views.CustomerCreate.as_view(), name="customer-create"),
    path("pool/", pool.PoolList.as_view(), name="customer-pool"),
    path("customers/recycle-bin/", pool.RecycleBin.as_view(), name="recycle-bin"),
    path("customers/duplicates/", pool.PairList.as_view(), name="duplicate-list"),
    path("customers/<int:pk>/claim/", pool.CustomerClaim.as_view(), name="customer-claim"),
    path("customers/<int:pk>/release/", ownership.CustomerRelease.as_view(), name="customer-release"),
    path("customers/<int:pk>/restore/", ownership.CustomerRestore.as_view(), name="customer-restore"),
    path(
        "customers/<int:pk>/duplicates/<int:other_pk>/",
        ownership.DuplicateJudge.as_view(),
        name="duplicate-judge",
    ),
    path("customers/check/", views.field_check, name="field-check"),
    path("customers/<int:pk>/", views.CustomerDetail.as_view(), name="customer-detail"),
    path("customers/<int:pk>/edit/", views.CustomerEdit.as_view(), name="customer-edit"),
    path("customers/<int:pk>/hand-over/", views.CustomerAssign.as_view(), name="customer-assign"),
    path("customers/<int:customer_pk>/contacts/new/", views.ContactCreate.as_view(), name="contact-create"),
    path("customers/<int:customer_pk>/contacts/<int:pk>/", views.ContactEdit.as_view(), name="contact-edit"),
    path("customers/<int:customer_pk>/addresses/new/", views.AddressCreate.as_view(), name="address-create"),
    path("customers/<int:customer_pk>/addresses/<int:pk>/", views.AddressEdit.as_view(), name="address-edit"),
]
