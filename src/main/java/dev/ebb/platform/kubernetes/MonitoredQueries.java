package dev.ebb.platform.kubernetes;

import dev.ebb.control.Monitoring;
import dev.ebb.control.Monitoring.Answer;
import dev.ebb.control.Monitoring.Sample;
import dev.ebb.control.QuerySource;
import dev.ebb.core.QueryReading;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;

/** The answers of a Prometheus to what one ServiceScale is sized by. Control thread only. */
record MonitoredQueries(Monitoring monitoring, List<MonitoringSpec.Query> queries)
        implements QuerySource {
    MonitoredQueries {
        queries = List.copyOf(queries);
    }

    @Override
    public List<QueryReading> read(ServiceName service) {
        return queries.stream().flatMap(query -> reading(query).stream()).toList();
    }

    private Optional<QueryReading> reading(MonitoringSpec.Query query) {
        return monitoring.answer(query.question()).map(answer -> reading(query.name(), answer));
    }

    private static QueryReading reading(String name, Answer answer) {
        Optional<Double> value =
                answer.samples().filter(s -> s.size() == 1).map(List::getFirst).map(Sample::value);
        return new QueryReading(name, value, answer.measuredAtNanos(), answer.problem());
    }
}
