"""Addresses of the customers' pages."""

from django.urls import path

from crm import views
from crm.views import members

app_name = "crm"

urlpatterns = [
    path("members/", members.MemberList.as_view(), name="member-list"),
    path("members/<int:pk>/", members.MemberDetail.as_view(), name="member-detail"),
    path("members/turns/<int:pk>/", members.PoolDetail.as_view(), name="pool-detail"),
    path("members/turns/<int:pk>/people/", members.PoolPeople.as_view(), name="pool-people"),
    path("members/turns/places/<int:pk>/pause/", members.pool_member_pause, name="pool-member-pause"),
    path("customers/", views.CustomerList.as_view(), name="customer-list"),
    path("customers/new/", views.CustomerCreate.as_view(), name="customer-create"),
    path("customers/check/", views.field_check, name="field-check"),
    path("customers/<int:pk>/", views.CustomerDetail.as_view(), name="customer-detail"),
    path("customers/<int:pk>/edit/", views.CustomerEdit.as_view(), name="customer-edit"),
    path("customers/<int:pk>/hand-over/", views.CustomerAssign.as_view(), name="customer-assign"),
    path("customers/<int:customer_pk>/contacts/new/", views.ContactCreate.as_view(), name="contact-create"),
    path("customers/<int:customer_pk>/contacts/<int:pk>/", views.ContactEdit.as_view(), name="contact-edit"),
    path("customers/<int:customer_pk>/addresses/new/", views.AddressCreate.as_view(), name="address-create"),
    path("customers/<int:customer_pk>/addresses/<int:pk>/", views.AddressEdit.as_view(), name="address-edit"),
]
