import { z } from 'zod';
import { openObject } from './building-blocks.ts';

/**
 * The metadata of an object as the API server hands it out. The CRD says nothing about it: the API server
 * brings its own schema.
 */
export const objectMetaSchema = openObject({
  name: z.string().min(1),
  namespace: z.string().min(1),
  uid: z.string().min(1),
  generation: z.int(),
  resourceVersion: z.string().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
});

/** Metadata of a namespaced object that the API server has stored. */
export type ObjectMeta = z.output<typeof objectMetaSchema>;
