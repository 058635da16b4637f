const STORES = 'otel-collector|tempo|jaeger|prometheus|alertmanager'

/** What a dashboard names first: what Prometheus cannot reach, and a trace store that is not there any more. */
export const down = {
  description:
    'The Collector, the trace store, Prometheus and Alertmanager: which of them Prometheus does not reach now, or reached within a day and does not know any more.',
  query: `max by (job) (up{job=~"${STORES}"} == 0) + 1 or count by (job) (present_over_time(up{job=~"tempo|jaeger"}[1d])) unless on () up{job=~"tempo|jaeger"} or label_replace(vector(0), "job", "nothing", "", "") unless on () (count(up{job=~"${STORES}"} == 0) or count(present_over_time(up{job=~"tempo|jaeger"}[1d])) unless on () up{job=~"tempo|jaeger"})`,
} as const
