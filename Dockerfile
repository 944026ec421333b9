# A small image of the command, from the packed tarball: pnpm pack:all, then docker build -t agent-roles .
# Pin the base image by digest where you build it: --build-arg NODE_IMAGE=node:24-alpine@sha256:…
ARG NODE_IMAGE=node:24-alpine

FROM ${NODE_IMAGE} AS install
COPY dist/agent-roles-[0-9]*.tgz /tmp/agent-roles.tgz
RUN npm install --global --prefix /opt/agent-roles --ignore-scripts --omit=dev --no-audit --no-fund /tmp/agent-roles.tgz

FROM ${NODE_IMAGE}
COPY --from=install /opt/agent-roles /opt/agent-roles
ENV PATH=/opt/agent-roles/bin:$PATH \
    HOME=/var/run/agent-roles \
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
# A volume without a mount gets the owner of this directory. Mount a tmpfs or a volume there; everything else can be read-only.
RUN install -d -o 65532 -g 65532 -m 0700 /var/run/agent-roles
VOLUME /var/run/agent-roles
# Alpine has no user with this number; by convention it is "nonroot".
USER 65532:65532
# Node gets the signals itself. The dashes keep the options of the command from Node.
ENTRYPOINT ["node", "--", "/opt/agent-roles/lib/node_modules/agent-roles/bin/agent-roles.js"]
CMD ["run", "--json", "--endpoint"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9911/healthz"]
