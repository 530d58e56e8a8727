# One image for all five services: `--services` decides. It has the compiled server, the packages it runs with and the demo games; a studio
# builds its own FROM it and adds its game (docs/guides/image.md).
#
#   docker build -t meridian .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL -p 2567:2567 -e JWT_SECRET=… meridian

# The Node that everybody else here runs, too (bin/setup/toolchain.js).
ARG BUILD_IMAGE=docker.io/library/node:24.21.0-bookworm-slim

# Packages first: they change less often than the sources, and their layer stays.
FROM ${BUILD_IMAGE} AS packages
WORKDIR /meridian
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/package.json client-sdk/
# Nobody's install script runs. Compilers that packages name as peers, types and source maps stay here: half of the bytes.
RUN npm ci --omit=dev --omit=peer --workspaces=false --ignore-scripts && \
    rm -rf node_modules/typescript node_modules/@typescript node_modules/@types node_modules/.bin && \
    find node_modules -type f '(' -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' ')' -delete

FROM ${BUILD_IMAGE} AS build
WORKDIR /meridian
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/package.json client-sdk/
RUN npm ci --ignore-scripts
COPY . .
RUN node bin/meridian.js build && \
    find dist demos -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.test.ts' ')' -delete
# Node and the libraries that it loads, of this image, and nothing else of it.
RUN node infra/image/runtime-files.ts /runtime

# Neither a shell nor a package manager: what gets in finds nothing to work with.
FROM scratch
COPY --from=build /runtime /
WORKDIR /meridian

COPY --from=build /meridian/package.json ./
COPY --from=packages /meridian/node_modules node_modules
COPY --from=build /meridian/proto proto
COPY --from=build /meridian/infra/kubernetes/deletion-cost infra/kubernetes/deletion-cost
COPY --from=build /meridian/infra/image/runtime infra/image/runtime
COPY --from=build /meridian/dist dist
COPY --from=build /meridian/demos demos
COPY --from=build --chown=65532:65532 /runtime/tmp compile-cache

ENV PATH=/usr/local/bin \
    NODE_ENV=production \
    NODE_COMPILE_CACHE=/meridian/compile-cache \
    MERIDIAN_GAME=demos/game.ts \
    MERIDIAN_PROFILES_SQLITE_PATH=/tmp/meridian.sqlite

# By number: Kubernetes asks whether it is root.
USER 65532:65532

# Starts a node and stops it: what V8 has compiled then is read by every start, and an image that does not start is not built.
RUN ["node", "infra/image/runtime/warm-compile-cache.ts"]

ARG REVISION=unknown
LABEL org.opencontainers.image.title="Meridian" \
      org.opencontainers.image.description="Authoritative game rooms: a node of any service" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"

EXPOSE 2567

# For who has no probes of his own; Kubernetes asks /live and /ready (infra/kubernetes).
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "infra/image/runtime/health.ts"]

# Moves the rooms to other nodes and ends the process within MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS (20 s).
STOPSIGNAL SIGTERM
ENTRYPOINT ["node"]
CMD ["dist/main.js"]
