import type { TypeExpression } from './provider-schema.ts';

// What stands for the `cdktf` library when bindings are read. Bindings are classes made from a provider's schema; run on these
// bases, their getters tell what they would have read, and of which type.

/** What a getter of a binding answers: an attribute, and its type. */
export class AttributeRead {
  readonly name: string;
  readonly type: TypeExpression;

  constructor(name: string, type: TypeExpression) {
    this.name = name;
    this.type = type;
  }
}

class Element {
  getStringAttribute(name: string) {
    return new AttributeRead(name, 'string');
  }
  getNumberAttribute(name: string) {
    return new AttributeRead(name, 'number');
  }
  getBooleanAttribute(name: string) {
    return new AttributeRead(name, 'bool');
  }
  getListAttribute(name: string) {
    return new AttributeRead(name, ['list', 'string']);
  }
  getNumberListAttribute(name: string) {
    return new AttributeRead(name, ['list', 'number']);
  }
  getStringMapAttribute(name: string) {
    return new AttributeRead(name, ['map', 'string']);
  }
  getNumberMapAttribute(name: string) {
    return new AttributeRead(name, ['map', 'number']);
  }
  getBooleanMapAttribute(name: string) {
    return new AttributeRead(name, ['map', 'bool']);
  }
  getAnyMapAttribute(name: string) {
    return new AttributeRead(name, ['map', 'dynamic']);
  }
  interpolationForAttribute(name: string) {
    return new AttributeRead(name, 'dynamic');
  }
}

/** A resource, data source or provider. */
export class Construct extends Element {
  readonly metadata: { readonly terraformResourceType: string };

  constructor(_scope: unknown, _id: unknown, metadata: { readonly terraformResourceType: string }) {
    super();
    this.metadata = metadata;
  }
}

export class TerraformResource extends Construct {}
export class TerraformDataSource extends Construct {}
export class TerraformProvider extends Construct {}

/** One object. Without an index it is the only one there can be. */
export class ComplexObject extends Element {
  readonly attribute: string;
  readonly isOfSet: boolean;
  readonly index: number | string | undefined;

  constructor(_parent: unknown, attribute: string, isOfSet: boolean, index?: number | string) {
    super();
    this.attribute = attribute;
    this.isOfSet = isOfSet;
    this.index = index;
  }
}

/** A list of objects, or a set of them. */
export abstract class ComplexList {
  readonly attribute: string;
  readonly isSet: boolean;

  constructor(_parent: unknown, attribute: string, isSet: boolean) {
    this.attribute = attribute;
    this.isSet = isSet;
  }

  abstract get(index: number): ComplexObject;
}

/** Objects by name. */
export abstract class ComplexMap {
  readonly attribute: string;

  constructor(_parent: unknown, attribute: string) {
    this.attribute = attribute;
  }

  abstract get(key: string): ComplexObject;
}

function collectionOf(type: TypeExpression) {
  return class extends AttributeRead {
    constructor(_parent: unknown, name: string) {
      super(name, type);
    }
  };
}

/** Of a block of a provider's own arguments: an argument, as its binding would write it. */
export interface WrittenArgument {
  readonly value: unknown;
  readonly isBlock: boolean;
  /** `simple`, or the collection. */
  readonly type: string;
  /** E.g. `stringList`, or the name of the binding's interface. */
  readonly storageClassType: string;
}

/** Whatever a binding asks of a configuration: there is always something. */
export const ANYTHING: unknown = new Proxy(Object.freeze({}), { get: () => ANYTHING });

const asItIs = (value: unknown) => value;
const ofElements = (write: (element: unknown) => unknown) => (value: unknown) =>
  value === undefined ? undefined : write(value);

/** `require('cdktf')`, as far as bindings use it. */
export const BINDING_LIBRARY = {
  ...{ TerraformResource, TerraformDataSource, TerraformProvider },
  ...{ ComplexObject, ComplexList, ComplexMap },
  StringMap: collectionOf(['map', 'string']),
  NumberMap: collectionOf(['map', 'number']),
  BooleanMap: collectionOf(['map', 'bool']),
  AnyMap: collectionOf(['map', 'dynamic']),
  BooleanList: collectionOf(['list', 'bool']),
  StringMapList: collectionOf(['list', ['map', 'string']]),
  StringListMap: collectionOf(['map', ['list', 'string']]),
  Fn: {
    tolist: (read: AttributeRead) =>
      new AttributeRead(read.name, Array.isArray(read.type) ? setOf(read.type) : read.type),
  },
  Token: new Proxy({}, { get: () => asItIs }),
  Tokenization: { isResolvable: () => false },
  canInspect: (value: unknown) => value !== undefined,
  isComplexElement: () => false,
  stringToHclTerraform: asItIs,
  numberToHclTerraform: asItIs,
  booleanToHclTerraform: asItIs,
  anyToHclTerraform: asItIs,
  listMapperHcl: ofElements,
  hashMapperHcl: ofElements,
};

function setOf(type: readonly unknown[]): TypeExpression {
  return ['set', type[1] as TypeExpression];
}
