// The frame: bar, tabs, saving.
export default {
  'Saved at {time}': '{time} 已保存',
  'Not saved yet': '尚未保存',
  'Saving …': '正在保存…',
  'Changes not saved': '有未保存的修改',
  'Could not be saved: {why}': '未能保存：{why}',
  'The server cannot be reached.': '无法连接服务器。',
  'That did not work.': '操作未成功。',
  'The diagram cannot be drawn: {why}': '无法绘制流程图：{why}',
  'You left a drawing of {time} here that was not saved.': '此浏览器中有一份 {time} 未保存的图。',
  'Go on with it': '继续编辑',
  'Drop it': '放弃',
  '{names} is drawing here too': '{names}也在编辑',
  '{name} has saved this draft meanwhile.': '{name}已保存了此草稿。',
  'Diagram of {name}': '{name}的流程图',
};
