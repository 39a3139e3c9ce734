# syntax=docker/dockerfile:1
# Viva with its runtime, model and index baked in: the container needs no network at start.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock clippy.toml ./
COPY config config
COPY crates crates
COPY tests tests
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin viva && cp target/release/viva /viva

# The same Debian as the last stage, so that the runtime's library meets the C library it will run on.
FROM debian:bookworm-slim AS assets
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /viva /usr/local/bin/viva
ENV VIVA_EMBED__CACHE_DIR=/opt/viva/cache
RUN viva setup

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/viva --create-home viva
COPY --from=build /viva /usr/local/bin/viva
COPY --from=assets /opt/viva/cache /opt/viva/cache
COPY content /opt/viva/content
USER viva
WORKDIR /var/lib/viva
VOLUME /var/lib/viva/data
ENV VIVA_EMBED__CACHE_DIR=/opt/viva/cache \
    VIVA_CONTENT__PATHS=/opt/viva/content \
    VIVA_DATA__DIR=/var/lib/viva/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10m \
    CMD ["curl", "--fail", "--silent", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["viva"]
CMD ["serve"]
