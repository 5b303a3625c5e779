"""What is under way: news, jobs and messages of outside parties, none of it stuck."""

from typing import Final

from entrepot.jobs.audit.report import Check

TRAFFIC: Final = (
    Check(
        "outbox.stuck",
        "All news has been passed on.",
        """SELECT format('%%s %%s', topic, id), format('since %%s, %%s tries %%s', at, tries, trouble)
             FROM base_outbox WHERE at < %(before)s""",
    ),
    Check(
        "jobs.failed",
        "No job has failed for good.",
        """SELECT format('%%s %%s', task_name, id), format('after %%s attempts, %%s', attempts, args)
             FROM procrastinate_jobs WHERE status = 'failed'""",
    ),
    Check(
        "jobs.stuck",
        "No job has waited too long, and none is in the hands of a dead worker.",
        # Jobs keep the machine's time, also where the market's clock runs ahead.
        """SELECT format('%%s %%s', j.task_name, j.id), format('%%s since %%s', j.status, coalesce(j.scheduled_at, e.at))
             FROM procrastinate_jobs j
             LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events e WHERE e.job_id = j.id) AS e ON true
             LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
            WHERE (j.status = 'todo'
                   AND coalesce(j.scheduled_at, e.at) < now() - (%(at)s::timestamptz - %(before)s::timestamptz))
               OR (j.status = 'doing' AND e.at < now() - (%(at)s::timestamptz - %(before)s::timestamptz)
                   AND (w.id IS NULL OR w.last_heartbeat < now() - (%(at)s::timestamptz - %(before)s::timestamptz)))""",
    ),
    Check(
        "payments.events",
        "Every message of the payment provider has been dealt with.",
        """SELECT event_id, format('%%s since %%s, %%s tries %%s', kind, received_at, tries, trouble)
             FROM payments_event WHERE processed_at IS NULL AND received_at < %(before)s""",
    ),
    Check(
        "carriage.messages",
        "Every message of the carrier has been dealt with.",
        """SELECT event_ref, format('since %%s %%s', received_at, trouble)
             FROM carriage_message WHERE taken_at IS NULL AND received_at < %(before)s""",
    ),
)
