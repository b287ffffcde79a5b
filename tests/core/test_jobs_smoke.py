from datetime import timedelta
import pytest
from core import clock
from core.jobs import enqueue, handler, GiveUp, Later, Rate
from core.jobs import leases, rates, health
from core.jobs.runner import run_background_job, sweep_background_jobs
from core.models import BackgroundJob

@handler("smoke", retries=2)
def smoke(job):
    what = job.payload["what"]
    if what == "later": raise Later(30)
    if what == "give up": raise GiveUp("no")
    if what == "crash": raise RuntimeError("secret")
    job.progress(1, 2)
    return {"ok": True}

@pytest.mark.django_db
def test_it():
    j = enqueue("smoke", {"what": "ok"}, key="a")
    assert enqueue("smoke", {"what": "ok"}, key="a").pk == j.pk
    assert sweep_background_jobs() == 1
    assert sweep_background_jobs() == 0
    assert run_background_job(j.pk)
    j.refresh_from_db()
    assert (j.status, j.result, j.progress_total) == ("done", {"ok": True}, 2)
    assert enqueue("smoke", {"what": "ok"}, key="a", once=True).pk == j.pk
    j2 = enqueue("smoke", {"what": "crash"}, key="a"); assert j2.pk != j.pk
    assert run_background_job(j2.pk)
    j2.refresh_from_db(); print(j2.error_type, j2.error, j2.due_at - clock.now()); assert j2.status == "open"
    j3 = enqueue("smoke", {"what": "later"}, key="c"); run_background_job(j3.pk); j3.refresh_from_db(); assert (j3.attempts, j3.worker) == (0, "")
    j4 = enqueue("smoke", {"what": "give up"}, key="d"); run_background_job(j4.pk); j4.refresh_from_db(); assert (j4.status, j4.error) == ("failed", "no")
    r = Rate(2, timedelta(seconds=10))
    print([rates.take_turn("x", r) for _ in range(6)], clock.now())
    with clock.travel(timedelta(seconds=200)):
        print(health.state_of_background())
