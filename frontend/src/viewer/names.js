// A diagram carries its names in one language; the page gives the reader's.
// Steps and flows are known by their ids, lanes and the pool only by the name that is drawn.
export function rename(viewer, names, texts) {
  const registry = viewer.get('elementRegistry');
  const graphics = viewer.get('graphicsFactory');
  const canvas = viewer.get('canvas');
  const wanted = { ...names };
  registry.forEach((element) => {
    const drawn = element.businessObject?.name;
    if (['bpmn:Lane', 'bpmn:Participant'].includes(element.type) && texts[drawn]) wanted[element.id] = texts[drawn];
  });
  for (const [id, name] of Object.entries(wanted)) {
    const element = registry.get(id);
    if (!element || !name || element.businessObject.name === name) continue;
    element.businessObject.name = name;
    for (const shape of [element, ...(element.labels ?? [])]) {
      const type = shape.waypoints ? 'connection' : 'shape';
      graphics.update(type, shape, canvas.getGraphics(shape));
    }
  }
}
