// A diagram carries its names in one language; the page gives the reader's.
export function rename(viewer, names) {
  const registry = viewer.get('elementRegistry');
  const graphics = viewer.get('graphicsFactory');
  const canvas = viewer.get('canvas');
  for (const [id, name] of Object.entries(names)) {
    const element = registry.get(id);
    if (!element || !name || element.businessObject.name === name) continue;
    element.businessObject.name = name;
    for (const shape of [element, ...(element.labels ?? [])]) {
      const type = shape.waypoints ? 'connection' : 'shape';
      graphics.update(type, shape, canvas.getGraphics(shape));
    }
  }
}
