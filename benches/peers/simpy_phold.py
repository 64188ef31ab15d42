"""PHOLD on SimPy: 16,384 pending events, each of which schedules one more after 0.1 s + Exp(0.9 s).

Once with a callback for each event, SimPy's fastest way, and once with processes that wait. Prints
events for each second of processor time.
"""

import random
import sys
import time

import simpy

PLACES = 1_024
PENDING = 16 * PLACES
SECONDS = 12


def delay(draw):
    return 0.1 + draw.expovariate(1 / 0.9)


def callbacks():
    environment, draw, events = simpy.Environment(), random.Random(1), 0

    def hop(_):
        nonlocal events
        events += 1
        draw.randrange(PLACES)
        environment.timeout(delay(draw)).callbacks.append(hop)

    for number in range(PENDING):
        environment.timeout(number * 1e-9).callbacks.append(hop)
    environment.run(until=SECONDS)
    return events


def processes():
    environment, draw, events = simpy.Environment(), random.Random(1), 0

    def place():
        nonlocal events
        while True:
            events += 1
            draw.randrange(PLACES)
            yield environment.timeout(delay(draw))

    for _ in range(PENDING):
        environment.process(place())
    environment.run(until=SECONDS)
    return events


run = {"callbacks": callbacks, "processes": processes}[sys.argv[1]]
begin = time.process_time()
events = run()
print(round(events / (time.process_time() - begin)))
