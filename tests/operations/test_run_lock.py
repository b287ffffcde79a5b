"""Who may run on a data directory: one site at a time, and the next one after the former has stopped."""

import threading
import time

import pytest

from config import run


def test_a_second_site_is_refused_at_once(tmp_path):
    with run.take_data_dir(tmp_path):
        began = time.monotonic()
        with pytest.raises(SystemExit, match="running on"):
            run.take_data_dir(tmp_path, patience=60)
        assert time.monotonic() - began < 30


def test_one_that_is_stopping_is_waited_for(tmp_path, monkeypatch):
    former, stopped = run.take_data_dir(tmp_path), threading.Event()
    run.mark(former, run.STOPPING)
    said = threading.Event()

    def stop() -> None:
        said.wait(60)
        stopped.set()
        former.close()

    thread = threading.Thread(target=stop)
    thread.start()
    monkeypatch.setattr(run, "say", lambda text: said.set())
    with run.take_data_dir(tmp_path, patience=60) as lock:
        assert stopped.is_set()
        lock.seek(0)
        assert lock.read() == ""
    thread.join()


def test_waiting_ends(tmp_path):
    with run.take_data_dir(tmp_path) as former:
        run.mark(former, run.STOPPING)
        with pytest.raises(SystemExit, match="running on"):
            run.take_data_dir(tmp_path, patience=0)


def test_the_word_of_a_former_site_does_not_outlive_it(tmp_path):
    with run.take_data_dir(tmp_path) as former:
        run.mark(former, run.STOPPING)
    with run.take_data_dir(tmp_path), pytest.raises(SystemExit):
        run.take_data_dir(tmp_path, patience=60)


def test_the_place_is_that_of_the_settings(tmp_path, settings):
    assert run.data_dir_of({"DATA_DIR": str(tmp_path)}) == tmp_path
    assert run.data_dir_of({}) == settings.BASE_DIR / ".data"
