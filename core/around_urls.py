"""Addresses of what stands around a business row: ``kind`` and ``pk`` name it as core.subjects does."""

from django.urls import path

from core.views import attachments, comments, following, history

ROW = "around/<str:kind>/<str:pk>"

urlpatterns = [
    path(f"{ROW}/comments/", comments.comment_add, name="comment-add"),
    path(f"{ROW}/people/", comments.mention_people, name="mention-people"),
    path(f"{ROW}/files/", attachments.attachment_add, name="attachment-add"),
    path(f"{ROW}/follow/", following.follow_row, name="follow-row"),
    path(f"{ROW}/followers/", following.row_followers, name="row-followers"),
    path(f"{ROW}/history.csv", history.history_export, name="history-export"),
    path("comments/<int:pk>/edit/", comments.CommentEdit.as_view(), name="comment-edit"),
    path("comments/<int:pk>/remove/", comments.CommentRemove.as_view(), name="comment-remove"),
    path("files/<int:pk>/", attachments.attachment_file, name="attachment-file"),
    path("files/<int:pk>/<str:size>.webp", attachments.attachment_preview, name="attachment-preview"),
    path("files/<int:pk>/remove/", attachments.AttachmentRemove.as_view(), name="attachment-remove"),
    path("files/<int:pk>/restore/", attachments.AttachmentRestore.as_view(), name="attachment-restore"),
    path("followed/", following.FollowedRows.as_view(), name="followed-rows"),
]
