"""Processes that several pairs and what their lists are declared as."""

from tests.conformance.sketch import end, handler, script, send, sketch, throw, user

STEP = sketch("-> x ->", key="step")
ANSWER = sketch("-> x -> reply ->", key="answer", has="k=0", x=user("n"), reply=script("r = n + k"))
FAILS = sketch("-> x -> stop", key="fails", x=user(), stop=end("error", "E1"))
TELLS = sketch("-> x -> tell -> y ->", key="tells", tell=throw("escalation", "high"))
ORDERS = sketch("-> tell ->", key="orders", has="k=0", tell=send("order", key="k", k="k"))
STOPS = sketch("-> fork -> x -> stop", "fork -> y ->", key="stops", stop=end("terminate"))
WATCHES = sketch("-> x ->", key="watches", w=handler("message", "news", "-> h ->"))
NUMBERS = "lines:list[integer]"
