// Parts what memory holds at first between the two modules: constant texts that only late functions read come with them.
//
// The linker keeps a segment for each constant (.cargo/config.toml), so a segment is an object with known bounds. Those
// are needed at the start whose addresses a function of the first module may hold: a number in its code, or one in an
// object that is needed itself. Code is searched byte by byte for what could be a constant or the offset of a load or
// store; what only looks like one keeps an object that might have left, which does no harm.
//
// Only texts leave, as they are reached by their beginning or their end. The second module fills them in when it is
// instantiated, right after the first paint; until then no function that reads them runs, as its stub waits for it.

/** Shorter texts stay: they would cost about as much as a segment of their own. */
const TEXT_BYTES = 16;
/** Neighbours that lie closer together than this share a segment; zeros fill the space. */
const GAP_BYTES = 8;
const OP = { constant: 0x41, longConstant: 0x42, firstAccess: 0x28, lastAccess: 0x3e };
const LOW = 0xffffffffn;
const POINTER_BYTES = 4;
/**
 * Whoever reads a text this long knows where it begins. Many numbers look like an address within it, and
 * where it ends another text may begin.
 */
const LONG_TEXT_BYTES = 256;
/** An entry of a table may be so long. */
const TABLE_BYTES = 64;

/** `{ early, late }`: segments for both modules, out of the `data` of one whose functions from `bodies` stay. */
export function parted(data, bodies) {
  const objects = data.toSorted((a, b) => a.offset - b.offset);
  const needed = reached(objects, bodies);
  const isLate = (object) => !needed.has(object) && isText(object.bytes);
  // Only neighbours share a segment: the space between two of a kind may hold one of the other kind.
  const runs = [];
  for (const object of objects) {
    const last = runs.at(-1);
    if (last?.isLate === isLate(object) && object.offset - last.end <= GAP_BYTES) {
      last.parts.push(new Uint8Array(object.offset - last.end), object.bytes);
      last.end = object.offset + object.bytes.length;
    } else {
      const { offset, bytes } = object;
      runs.push({ offset, end: offset + bytes.length, parts: [bytes], isLate: isLate(object) });
    }
  }
  const segments = (late) =>
    runs.filter(({ isLate }) => isLate === late).map(({ offset, parts }) => ({ offset, bytes: Buffer.concat(parts) }));
  return { early: segments(false), late: segments(true) };
}

/** The objects whose addresses these functions may come by. */
function reached(objects, bodies) {
  const found = new Set();
  const open = [];
  const seen = new Set();
  const note = (address) => {
    if (seen.has(address)) return;
    seen.add(address);
    for (const object of heldBy(objects, address)) {
      if (found.has(object)) continue;
      found.add(object);
      open.push(object);
    }
  };
  for (const body of bodies) for (const address of numbersIn(body)) note(address);
  for (let object = open.pop(); object; object = open.pop()) {
    const view = new DataView(object.bytes.buffer, object.bytes.byteOffset, object.bytes.byteLength);
    const first = (POINTER_BYTES - (object.offset % POINTER_BYTES)) % POINTER_BYTES;
    for (let at = first; at + POINTER_BYTES <= view.byteLength; at += POINTER_BYTES) note(view.getUint32(at, true));
  }
  return found;
}

/**
 * The objects that code may mean by an address: a long text that begins there, a short one that it lies in or that ends
 * there, and tables close to it, as a loop over a table may begin with an address before its first entry, or after its last.
 */
function* heldBy(objects, address) {
  for (let nth = firstFrom(objects, address - TABLE_BYTES); nth < objects.length; nth += 1) {
    const { offset, bytes } = objects[nth];
    if (offset > address + TABLE_BYTES) return;
    const end = offset + bytes.length;
    const isHeld = bytes.length < LONG_TEXT_BYTES ? offset <= address && address <= end : address === offset;
    if (isHeld || !isText(bytes)) yield objects[nth];
  }
}

/** The first object that ends at an address or after it. */
function firstFrom(objects, address) {
  let [low, high] = [0, objects.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (objects[middle].offset + objects[middle].bytes.length < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * All numbers that code could hold as a constant, or as the offset of an access to memory. A constant of 64 bits may be
 * two of 32: where a text is stored, its address and its length are written at once.
 */
function* numbersIn(body) {
  for (let at = 0; at < body.length; at += 1) {
    const code = body[at];
    if (code === OP.constant) {
      yield Number(numberAt(body, at + 1).value & LOW);
    } else if (code === OP.longConstant) {
      const { value } = numberAt(body, at + 1);
      yield Number(value & LOW);
      yield Number((value >> 32n) & LOW);
    } else if (code >= OP.firstAccess && code <= OP.lastAccess) {
      const alignment = numberAt(body, at + 1);
      yield Number(numberAt(body, alignment.next).value & LOW);
    }
  }
}

/** A number as LEB128 with the place after it. A sign is not carried on: addresses are positive and small. */
function numberAt(bytes, at) {
  let value = 0n;
  for (let shift = 0n; shift < 70n && at < bytes.length; shift += 7n) {
    const byte = bytes[at++];
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { value, next: at };
}

function isText(bytes) {
  if (bytes.length < TEXT_BYTES) return false;
  try {
    // Control characters other than tabs and line ends are in no text.
    return !/[\0-\x08\x0b-\x1f]/.test(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}
