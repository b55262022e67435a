# The front proxy: Debian's nginx, and which service answers which path, as the services' own routes say.
ARG BASE=debian:bookworm-slim
ARG PROVIDER=satupintu-provider:latest
FROM ${PROVIDER} AS routes
RUN python -m local.path_table >/tmp/paths.conf

FROM ${BASE}
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin satupintu
COPY deploy/images/proxy /etc/satupintu
COPY --from=routes /tmp/paths.conf /etc/satupintu/paths.conf
USER 10001
EXPOSE 8443 443
HEALTHCHECK --interval=10s --timeout=15s --start-period=20s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080"]
CMD ["sh", "/etc/satupintu/start"]
