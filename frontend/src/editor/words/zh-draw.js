// Palette and "add next step".
export default {
  'Select several': '框选多个',
  'Make room': '腾出空间',
  'Move the sheet': '移动画布',
  'Add the next step': '添加下一步',
  'Steps': '业务步骤',
  'Ways': '流程走向',
  'Connect': '连线',
  'Delete': '删除',
};
