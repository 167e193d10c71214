/** Where the chart is installed; part of the addresses that Knative's documentation shows. */
export const systemNamespace = 'knative-eventing';
