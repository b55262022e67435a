# Debian's Prometheus; its configuration and rules are mounted from deploy/prometheus.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin satupintu \
    && install -d -o 10001 -g 10001 -m 700 /var/lib/satupintu-prometheus
USER 10001
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=15s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9090"]
CMD ["prometheus", "--config.file=/etc/satupintu/prometheus.yml", "--storage.tsdb.path=/var/lib/satupintu-prometheus", \
     "--storage.tsdb.retention.time=15d", "--web.listen-address=:9090"]
