"""Addresses of the customers' pages."""

from django.urls import path

from crm import views

app_name = "crm"

urlpatterns = [
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
