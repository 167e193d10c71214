/** Where a data plane is reached: its Service and the names around it. */
export interface DataPlaneService {
  readonly service: string;
  readonly systemNamespace: string;
  readonly clusterDomain: string;
}

/** The URL to which senders post events for a sink; the same for as long as the sink lives. */
export function sinkUrl(
  { service, systemNamespace, clusterDomain }: DataPlaneService,
  sink: { readonly namespace: string; readonly name: string },
): string {
  return `http://${service}.${systemNamespace}.svc.${clusterDomain}/${sink.namespace}/${sink.name}`;
}
