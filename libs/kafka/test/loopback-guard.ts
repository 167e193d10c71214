import { loopbackAddresses } from '@event-sinks/testing';
import { createAddressGuard } from '../src/index.ts';

/** Lets tests connect to their own servers, which a guard refuses by default. */
export const loopbackGuard = createAddressGuard({ allowed: loopbackAddresses });
