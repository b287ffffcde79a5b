"""Comments: who may speak, who is told, who may correct and take back."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.utils import translation

from core import clock
from core.errors import ApplicationError, Conflict
from core.following import follow
from core.models import AuditEntry, Comment, Notification
from core.notifications import shown
from core.services.comments import add_comment, edit_comment, people_called, remove_comment
from core.templatetags.around import said

pytestmark = pytest.mark.django_db


def say(customer, actor, text):
    return add_comment(subject_type="crm.customer", subject_id=str(customer.pk), text=text, actor=actor)


def told(person):
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


class TestSpeaking:
    def test_whoever_sees_the_row_may_speak(self, company, customer):
        found = say(customer, company.manager1, "  请本周内回访。\r\n下周一汇报。 ").comment
        assert (found.text, found.author) == ("请本周内回访。\n下周一汇报。", company.manager1)

    def test_a_stranger_finds_nothing_and_says_nothing(self, company, customer):
        with pytest.raises(ObjectDoesNotExist):
            say(customer, company.rep3, "你好")
        assert not Comment.objects.exists()

    @pytest.mark.parametrize("kind", ["core.role", "nothing.here", "workflows.workitem"])
    def test_only_business_rows_are_talked_about(self, company, kind):
        with pytest.raises(ObjectDoesNotExist):
            add_comment(subject_type=kind, subject_id="1", text="你好", actor=company.admin)

    @pytest.mark.parametrize("text", ["", "  \n ", "\u200b", "字" * 4001])
    def test_nothing_and_too_much_are_refused(self, company, customer, text):
        with pytest.raises(ApplicationError):
            say(customer, company.rep1, text)
        assert not Comment.objects.exists()


class TestMentions:
    @pytest.mark.parametrize(
        "text", ["@韩梅 请看", "请看@韩梅，谢谢", "＠韩梅你好", "@Han Mei please", "@rep2"]
    )
    def test_a_name_is_understood_as_people_write_it(self, company, text):
        assert [one.username for one in people_called(text)] == ["rep2"]

    @pytest.mark.parametrize("text", ["韩梅", "@ 韩梅", "mail@example.com", "@@", "@没有这个人"])
    def test_and_nothing_else_is(self, company, text):
        assert people_called(text) == []

    def test_two_of_one_name_are_told_apart_by_user_name(self, company):
        company.rep3.display_name = "韩梅"
        company.rep3.save(update_fields=["display_name"])
        assert {one.username for one in people_called("@韩梅")} == {"rep2", "rep3"}
        assert [one.username for one in people_called("@韩梅(rep3) 你好")] == ["rep3"]

    def test_the_mentioned_hear_that_they_are_meant(self, company, customer):
        found = say(customer, company.rep1, f"@{company.manager1.display_name} 请审")
        assert (list(found.comment.mentions.all()), found.cannot_see) == ([company.manager1], [])
        notice = Notification.objects.get(person=company.manager1)
        assert notice.url.endswith(f"?tab=discussion#comment-{found.comment.pk}")
        with translation.override("en"):
            assert shown([notice])[0].title == f"{company.rep1.name} mentioned you on “云杉软件”"

    def test_whoever_cannot_see_the_row_is_not_told_and_the_author_learns_it(self, company, customer):
        found = say(customer, company.rep1, "@陈晨 你看看")
        assert (list(found.comment.mentions.all()), found.cannot_see) == ([], [company.rep3])
        assert told(company.rep3) == []

    def test_mentions_are_marked_and_everything_else_is_only_text(self, company, customer):
        text = "@沈立军 <script>alert(1)</script> 见 https://a.example/x?y=1&z=2，谢谢 javascript:alert(1)"
        comment = say(customer, company.rep1, text).comment
        assert said(comment) == (
            '<span class="mention">@沈立军</span> &lt;script&gt;alert(1)&lt;/script&gt; 见 '
            '<a href="https://a.example/x?y=1&amp;z=2" rel="nofollow noopener noreferrer" target="_blank">'
            "https://a.example/x?y=1&amp;z=2</a>，谢谢 javascript:alert(1)"
        )


class TestWhoHears:
    def test_owner_and_followers_hear_each_once_and_the_author_does_not(self, company, customer):
        follow(subject=customer, person=company.manager1)
        follow(subject=customer, person=company.gm)
        say(customer, company.gm, "@李雷 请跟进")
        assert told(company.rep1) == ["mentioned"]
        assert told(company.manager1) == ["commented"]
        assert told(company.gm) == []

    def test_a_follower_who_lost_sight_of_the_row_hears_nothing(self, company, customer):
        follow(subject=customer, person=company.rep3)
        say(customer, company.rep1, "内部消息")
        assert told(company.rep3) == []


class TestCorrecting:
    def test_the_author_corrects_for_a_quarter_of_an_hour(self, company, customer):
        comment = say(customer, company.rep1, "你好").comment
        edited = edit_comment(
            comment_id=comment.pk, text=f"您好 @{company.gm.display_name}", actor=company.rep1
        ).comment
        assert (edited.text, edited.edited_at is not None) == (f"您好 @{company.gm.display_name}", True)
        assert told(company.gm) == ["mentioned"]
        with clock.travel(timedelta(minutes=15)), pytest.raises(Conflict):
            edit_comment(comment_id=comment.pk, text="太晚了", actor=company.rep1)
        assert Comment.objects.get().text == f"您好 @{company.gm.display_name}"

    def test_nobody_else_corrects_it(self, company, customer):
        comment = say(customer, company.rep1, "你好").comment
        with pytest.raises(PermissionDenied):
            edit_comment(comment_id=comment.pk, text="别的", actor=company.gm)
        with pytest.raises(ObjectDoesNotExist):
            edit_comment(comment_id=comment.pk, text="别的", actor=company.rep3)
        assert Comment.objects.get().text == "你好"


class TestTakingBack:
    def test_the_place_stays(self, company, customer):
        comment = say(customer, company.rep1, "说错了").comment
        assert remove_comment(comment_id=comment.pk, actor=company.rep1).removed_by == company.rep1
        assert not AuditEntry.objects.filter(action="core.remove_comment").exists()
        with pytest.raises(Conflict):
            edit_comment(comment_id=comment.pk, text="又来", actor=company.rep1)

    def test_others_need_the_right_and_it_is_written_down(self, company, customer):
        comment = say(customer, company.rep1, "不合适的话").comment
        with pytest.raises(PermissionDenied):
            remove_comment(comment_id=comment.pk, actor=company.manager1)
        assert Comment.objects.get().removed_at is None
        remove_comment(comment_id=comment.pk, actor=company.gm)
        assert AuditEntry.objects.get(action="core.remove_comment").before == {"text": "不合适的话"}
