export { publishedSchema, type JsonSchema } from './json-schema.ts';
export { valueOrders, type ValueOrder } from './orders.ts';
export { componentKeys, settingsByComponent, type ComponentKey, type Setting } from './settings.ts';
export { valueRows, type ValueRow } from './value-rows.ts';
export { valuesYaml } from './values-yaml.ts';
