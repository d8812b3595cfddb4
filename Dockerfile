# Tags may lead to other images tomorrow; pin them by --build-arg RUST_IMAGE=rust:1-slim-bookworm@sha256:…
ARG RUST_IMAGE=rust:1-slim-bookworm
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${RUST_IMAGE} AS build
WORKDIR /build

# The allocator is built by it.
RUN apt-get update \
 && apt-get install -y --no-install-recommends make \
 && rm -rf /var/lib/apt/lists/*

# The dependencies, in a layer of their own: it is built again only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src benches/prices \
 && echo 'fn main() {}' | tee src/main.rs > build.rs \
 && touch src/lib.rs benches/core.rs benches/prices/main.rs \
 && cargo build --release --locked \
 && rm -r src

# Copied files keep their times, which may be older than the build above: cargo would take the
# empty program for the newest one.
COPY build.rs build.rs
COPY static static
COPY src src
RUN touch build.rs src/main.rs src/lib.rs && cargo build --release --locked --bin switchboard


FROM ${BASE_IMAGE}
COPY --from=build /build/target/release/switchboard /switchboard
USER 65532:65532
# It does not start like that in open mode: set SWITCHBOARD_AUTH to jwt and a key, or see
# docker-compose.yml.
ENV SWITCHBOARD_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# It asks on the address that the settings name: give them by variable or file, not as arguments.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s --retries=3 \
    CMD ["/switchboard", "health"]
ENTRYPOINT ["/switchboard"]
