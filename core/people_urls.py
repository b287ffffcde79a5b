"""Addresses of people, departments, substitutes, one's own account and the set-up."""

from django.urls import path

from core.views import (
    departments,
    joining,
    leaving,
    me,
    people,
    people_deeds,
    set_up,
    substitutions,
)

urlpatterns = [
    path("people/", people.PersonList.as_view(), name="person-list"),
    path("people/new/", people_deeds.PersonCreate.as_view(), name="person-create"),
    path("people/<int:pk>/", people.PersonDetail.as_view(), name="person-detail"),
    path("people/<int:pk>/edit/", people_deeds.PersonEdit.as_view(), name="person-edit"),
    path("people/<int:pk>/invite/", people_deeds.PersonInvite.as_view(), name="person-invite"),
    path("people/<int:pk>/password/", people_deeds.PersonPassword.as_view(), name="person-password"),
    path(
        "people/<int:pk>/second-factor/", people_deeds.PersonResetFactor.as_view(), name="person-reset-factor"
    ),
    path("people/<int:pk>/sign-out/", people_deeds.PersonEndAccess.as_view(), name="person-end-access"),
    path("people/<int:pk>/deactivate/", leaving.PersonDeactivate.as_view(), name="person-deactivate"),
    path("people/<int:pk>/reactivate/", people_deeds.PersonReactivate.as_view(), name="person-reactivate"),
    path("departments/", departments.DepartmentTree.as_view(), name="department-tree"),
    path("departments/new/", departments.DepartmentCreate.as_view(), name="department-create"),
    path("departments/several/", departments.DepartmentCreateMany.as_view(), name="department-create-many"),
    path("departments/<int:pk>/rename/", departments.DepartmentRename.as_view(), name="department-rename"),
    path("departments/<int:pk>/move/", departments.DepartmentMove.as_view(), name="department-move"),
    path("departments/<int:pk>/merge/", departments.DepartmentMerge.as_view(), name="department-merge"),
    path("departments/<int:pk>/delete/", departments.DepartmentDelete.as_view(), name="department-delete"),
    path("substitutes/", substitutions.SubstitutionList.as_view(), name="substitution-list"),
    path("substitutes/new/", substitutions.SubstitutionCreate.as_view(), name="substitution-create"),
    path("substitutes/<int:pk>/end/", substitutions.SubstitutionEnd.as_view(), name="substitution-end"),
    path("me/", me.MyProfile.as_view(), name="me"),
    path("me/password/", me.OwnPassword.as_view(), name="own-password"),
    path("join/<str:key>/<str:token>/", joining.Join.as_view(), name="join"),
    path("setup/", set_up.SetUp.as_view(), name="set-up"),
    path("setup/people/", set_up.QuickPeople.as_view(), name="set-up-people"),
    path("setup/reference/", set_up.LoadReference.as_view(), name="set-up-reference"),
    path("setup/dismiss/", set_up.Dismiss.as_view(), name="set-up-dismiss"),
]
