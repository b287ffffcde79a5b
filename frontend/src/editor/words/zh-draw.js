// Palette and "add next step".
export default {
  'Select several': '框选多个',
  'Make room': '腾出空间',
  'Move the sheet': '移动画布',
  'Add the next step': '添加下一步',
  'Steps': '业务步骤',
  'Ways': '流程走向',
  'Beside this step': '附在此环节上',
  'One more lane below': '在下方增加泳道',
  'Connect': '连线',
  'Delete': '删除',
};
