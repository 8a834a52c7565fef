"""One Deliver stream: deliveries in, exactly one outcome for each out, at most in_flight of them at work."""

import asyncio
import collections
import concurrent.futures
import time

import grpc

from . import wire
from .log import log
from .outcome import misconfigured, redactor, retry, unknown

DEFAULT_SEND_TIMEOUT = 30
OVERDUE_GRACE = 1  # seconds after its deadline in which a send may still return its own outcome
MOST_OUTCOMES = 256  # in one message
MOST_BYTES = 1 << 20  # after which no more go in one message: the hub ends a stream whose messages are larger than 64 MiB

Request, Response = wire.message("DeliverRequest"), wire.message("DeliverResponse")


def _not_started(why):
    return retry(message=why, detail={"not_started": "true"})


class Stream:
    """The sends of one stream. Everything but the author's own methods runs on the event loop."""

    def __init__(self, sender, integration, in_flight, sending):
        self.sender, self.in_flight, self.sending = sender, in_flight, sending
        self.clean = redactor(integration.secrets)
        self.queue = collections.deque()
        self.outcomes = asyncio.Queue()
        self.unfinished = self.working = 0
        self.ended = False
        self.lost = 0  # threads that hang in a send
        self.threads = self._threads()

    def _threads(self):
        return concurrent.futures.ThreadPoolExecutor(max_workers=2 * self.in_flight, thread_name_prefix="send")

    def add(self, delivery):
        self.unfinished += 1
        self.queue.append(delivery)
        self.pump()

    def pump(self):
        while self.queue and self.working < self.in_flight:
            self.working += 1
            task = asyncio.ensure_future(self._work(self.queue.popleft()))
            self.sending.add(task)
            task.add_done_callback(self.sending.discard)

    def hand_back(self, why):
        while self.queue:
            self._answer(self.queue.popleft(), _not_started(why))

    async def _work(self, delivery):
        now = time.time()
        delivery.deadline = delivery.deadline or now + DEFAULT_SEND_TIMEOUT
        outcome, begun = _not_started("its deadline passed before it was started"), None
        if delivery.parameters is None:
            outcome = misconfigured(scope="FLOW", path="parameters", message="the parameters are no JSON object")
        elif delivery.deadline > now:
            begun = asyncio.get_running_loop().run_in_executor(self.threads, self._send, delivery)
            done, _ = await asyncio.wait([begun], timeout=delivery.deadline - now + OVERDUE_GRACE)
            outcome = begun.result() if done else self._give_up(delivery)
        self.working -= 1
        self._answer(delivery, outcome)
        self.pump()
        if begun:
            await begun  # so that a shutdown waits for it

    def _send(self, delivery):
        try:
            return self.sender.send(delivery)
        except Exception as error:  # whatever it is, the message may have left
            log.error("the connector raised %s in send", type(error).__name__, extra={"fields": {"delivery": delivery.id, "error": self.clean(str(error))}})
            return unknown(message="the connector failed in the middle of a send; see its log")

    def _give_up(self, delivery):
        log.warning("a send did not return by its deadline", extra={"fields": {"delivery": delivery.id}})
        self.lost += 1
        if self.lost == self.in_flight:  # no thread of these may ever be free again
            self.threads, self.lost = self._threads(), 0
        return unknown(message="the connector did not answer by the deadline; the message may have been sent")

    def _answer(self, delivery, outcome):
        try:
            out = wire.outcome_out(outcome, delivery, self.clean)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            log.error("the connector's outcome cannot be told", extra={"fields": {"delivery": delivery.id, "error": self.clean(str(error))}})
            out = wire.outcome_out(unknown(message="the connector's outcome cannot be told; see its log"), delivery, self.clean)
        self.unfinished -= 1
        self.outcomes.put_nowait(out)
        self._finish()

    def end(self):
        self.ended = True
        self._finish()

    def _finish(self):
        if self.ended and self.unfinished == 0:
            self.outcomes.put_nowait(None)

    async def write(self, context):
        """Sends outcomes as they come, as many in one message as are there, until all have been sent."""
        while True:
            batch, size = [await self.outcomes.get()], 0
            while batch[-1] is not None and not self.outcomes.empty() and len(batch) < MOST_OUTCOMES:
                size += batch[-1].ByteSize()
                if size > MOST_BYTES:
                    break
                batch.append(self.outcomes.get_nowait())
            response = Response()
            response.batch.outcomes.extend(o for o in batch if o is not None)
            if response.batch.outcomes:
                await context.write(response)
            if batch[-1] is None:
                return

    async def read(self, context):
        while True:
            request = await context.read()
            if request is grpc.aio.EOF:
                return self.end()
            for delivery in request.batch.deliveries:
                self.add(wire.delivery_in(delivery))
            if request.HasField("recall"):
                self.hand_back("recalled before it was started")

    def close(self):
        """Ends the sender when its last send has ended. The loop need not wait for it."""
        self.threads.submit(self._close)
        self.threads.shutdown(wait=False)

    def _close(self):
        try:
            getattr(self.sender, "close", lambda: None)()
        except Exception as error:
            log.warning("closing the sender failed", extra={"fields": {"error": self.clean(str(error))}})


def handler(connector, in_flight, sending, failed):
    """The handler of Deliver. sending is the set of all sends that have begun, of all streams."""

    async def deliver(_, context):
        first = await context.read()
        if first is grpc.aio.EOF or not first.HasField("open"):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the first message of Deliver must be open")
        integration = wire.integration_in(first.open)
        try:
            sender = await asyncio.to_thread(connector.open, integration)
        except Exception as error:
            await failed(context, "open", error, integration.secrets)
        stream = Stream(sender, integration, in_flight, sending)
        try:
            opened = Response()
            opened.opened.in_flight = in_flight
            await context.write(opened)
            await asyncio.gather(stream.read(context), stream.write(context))
        finally:  # also when the stream broke: nothing more is started
            stream.hand_back("the stream to the hub broke before it was started")
            stream.close()

    return deliver
