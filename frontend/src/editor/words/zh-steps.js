// The list of steps.
export default {
  'working day': '工作日', 'working hour': '工作小时', 'working minute': '工作分钟', 'working week': '工作周', 'day': '天', 'hour': '小时', 'minute': '分钟', 'week': '周',
  'only if {condition}': '仅当{condition}', '{step}: {outcome}': '“{step}”的结果为“{outcome}”', 'Only if': '办理条件', 'Empty: no deadline': '留空表示不限时', 'Next step': '下一环节', 'All properties': '全部属性',
  'Next step after “{name}”': '“{name}”的下一环节', 'Such as: legal review': '如：法务审核', 'When it is done': '何时办理', 'Always': '每次都办理', 'Only if …': '仅在满足条件时',
  'If not done by then, call in': '到期未办结时，督办人', 'Nobody: reminders only': '不督办，只提醒', 'Add the step': '添加环节', 'Cancel': '取消',
  'It asks for the same decisions as “{name}”, and they lead to the same places.': '处理结果与“{name}”相同，走向也相同。',
  'Approved, the case goes on; returned, it goes back to “{name}”.': '同意后继续，退回则回到“{name}”。', 'There is no step before it to return to: it can only be approved.': '之前没有可退回的环节，只能同意。',
  'May be left empty': '可不填', 'Give the step a name.': '请填写环节名称。', 'Say who does it.': '请选择由谁办理。', 'Say the number that it is compared with.': '请填写用于比较的数字。', 'Say what it is compared with.': '请填写用于比较的值。',
  'Only what people do': '只看由人办理的环节', 'No step is drawn yet.': '还没有环节。', '“{name}” is added.': '已添加“{name}”。',
};
