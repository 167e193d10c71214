/** For the address guard: the brokers and token endpoints of tests, whose addresses apps refuse by default. */
export const loopbackAddresses: readonly string[] = ['127.0.0.0/8', '::1'];
