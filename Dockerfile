# One image for all five services: `--services` decides. It has the compiled server, the packages it runs with and the demo games; a studio
# builds its own FROM it and adds its game (MERIDIAN_GAME).
#
#   docker build -t meridian .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL -p 2567:2567 -e JWT_SECRET=… meridian

ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /meridian

# Packages first: they change less often than the sources, and their layer stays.
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/package.json client-sdk/
RUN npm ci

COPY . .
RUN node bin/meridian.js build && npm prune --omit=dev

# Neither a shell nor a package manager: what gets in finds nothing to work with.
FROM ${RUNTIME_IMAGE}
WORKDIR /meridian

COPY --from=build /meridian/package.json ./
COPY --from=build /meridian/node_modules node_modules
COPY --from=build /meridian/dist dist
COPY --from=build /meridian/proto proto
COPY --from=build /meridian/demos demos
COPY --from=build /meridian/infra/kubernetes/deletion-cost infra/kubernetes/deletion-cost

ENV NODE_ENV=production \
    MERIDIAN_GAME=demos/game.ts \
    MERIDIAN_PROFILES_SQLITE_PATH=/tmp/meridian.sqlite

# The user of the runtime image, by number: Kubernetes asks whether it is root.
USER 65532:65532
EXPOSE 2567

# SIGTERM moves the rooms to other nodes and ends the process within MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS.
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["dist/main.js"]
