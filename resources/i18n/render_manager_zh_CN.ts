<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Banner</name>
    <message>
        <source>Check-up…</source>
        <translation>检查…</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>立即重试</translation>
    </message>
</context>
<context>
    <name>BarDelegate</name>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
</context>
<context>
    <name>Breadcrumb</name>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>oss://bucket/folder/</source>
        <translation>oss://bucket/folder/</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
</context>
<context>
    <name>CheckUp</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Redis</source>
        <translation>Redis</translation>
    </message>
    <message>
        <source>Database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Object store</source>
        <translation>对象存储</translation>
    </message>
    <message>
        <source>Workspaces</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Renderers</source>
        <translation>渲染器</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Farm</source>
        <translation>渲染农场</translation>
    </message>
    <message>
        <source>All is well</source>
        <translation>一切正常</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>{0} failed</source>
        <translation>{0} 项失败</translation>
    </message>
    <message>
        <source>1 warning</source>
        <translation>1 项警告</translation>
    </message>
    <message>
        <source>{0} warnings</source>
        <translation>{0} 项警告</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>1 项提示</translation>
    </message>
    <message>
        <source>{0} notes</source>
        <translation>{0} 项提示</translation>
    </message>
    <message>
        <source>{0} not checked</source>
        <translation>{0} 项未检查</translation>
    </message>
    <message>
        <source>{0} OK</source>
        <translation>{0} 项正常</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation>{0} 前</translation>
    </message>
    <message>
        <source>{0} ms</source>
        <translation>{0} 毫秒</translation>
    </message>
    <message>
        <source>Check-up of Render Manager, {0}</source>
        <translation>Render Manager 检查报告，{0}</translation>
    </message>
</context>
<context>
    <name>CheckUpBar</name>
    <message>
        <source>Render a test frame</source>
        <translation>渲染测试帧</translation>
    </message>
    <message>
        <source>Stop the test frame</source>
        <translation>停止渲染测试帧</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Save for support…</source>
        <translation>保存支持文件…</translation>
    </message>
    <message>
        <source>The test frame was stopped.</source>
        <translation>测试帧已停止。</translation>
    </message>
    <message>
        <source>{0}…</source>
        <translation>{0}…</translation>
    </message>
    <message>
        <source>No renderer is installed on this computer.</source>
        <translation>本机没有安装渲染器。</translation>
    </message>
    <message>
        <source>Project of which frame 1 is rendered</source>
        <translation>选择工程，渲染其第 1 帧</translation>
    </message>
    <message>
        <source>Rendering a test frame with {0}; this may take minutes…</source>
        <translation>正在用 {0} 渲染测试帧，可能需要几分钟…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>The report was copied.</source>
        <translation>报告已复制。</translation>
    </message>
    <message>
        <source>Save for support</source>
        <translation>保存支持文件</translation>
    </message>
    <message>
        <source>A zip file is written for whoever helps you.</source>
        <translation>将写入一个 zip 文件，供帮助您的人使用。</translation>
    </message>
    <message>
        <source>It holds this report, the settings, the versions of all packages, the last lines of the logs and the last entries of the record. Passwords and keys are left out. Names of hosts, users, tasks and folders are in it.</source>
        <translation>其中有本报告、设置、所有软件包的版本、日志的最后几行和历史记录的最后几条。密码和密钥不在其中。主机、用户、任务和文件夹的名称在其中。</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation>正在保存 {0}…</translation>
    </message>
    <message>
        <source>Saved: {0}</source>
        <translation>已保存：{0}</translation>
    </message>
</context>
<context>
    <name>CheckUpDialog</name>
    <message>
        <source>Check-up</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>CheckUpPage</name>
    <message>
        <source>Problems only</source>
        <translation>只看问题</translation>
    </message>
    <message>
        <source>How far the check-up is</source>
        <translation>检查进度</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Examine again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Examining…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Stopped before its end</source>
        <translation>检查中途停止</translation>
    </message>
    <message>
        <source>{0}, {1}</source>
        <translation>{0}，{1}</translation>
    </message>
    <message>
        <source>No problems so far.</source>
        <translation>到目前为止没有问题。</translation>
    </message>
    <message>
        <source>There are no problems.</source>
        <translation>没有问题。</translation>
    </message>
</context>
<context>
    <name>CleanupDialog</name>
    <message>
        <source>Clean up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>全部删除</translation>
    </message>
    <message>
        <source>Rendered frames and logs</source>
        <translation>渲染结果和日志</translation>
    </message>
    <message>
        <source>All but the download</source>
        <translation>仅删除下载的文件</translation>
    </message>
    <message>
        <source>Nothing to clean up</source>
        <translation>没有可清理的内容</translation>
    </message>
    <message>
        <source>Clean up workspaces: {0}, of {1} in all</source>
        <translation>清理工作区：{0} 个，共 {1}</translation>
    </message>
    <message>
        <source>Delete 1 workspace, {0}</source>
        <translation>删除 1 个工作区，{0}</translation>
    </message>
    <message>
        <source>Delete {0} workspaces, {1}</source>
        <translation>删除 {0} 个工作区，{1}</translation>
    </message>
    <message>
        <source>The tasks stay in the list; a retry renders without a download.</source>
        <translation>任务仍保留在列表中；重试时无需重新下载即可渲染。</translation>
    </message>
    <message>
        <source>The tasks stay in the list; a retry prepares their workspaces again.</source>
        <translation>任务仍保留在列表中；重试时会重新准备工作区。</translation>
    </message>
    <message>
        <source>{0}: {1} ({2})</source>
        <translation>{0}：{1}（{2}）</translation>
    </message>
    <message>
        <source>{0} more hosts</source>
        <translation>另外 {0} 台主机</translation>
    </message>
    <message>
        <source>{0} lacks {1}</source>
        <translation>{0} 还差 {1}</translation>
    </message>
    <message>
        <source>Not enough: {0}</source>
        <translation>空间仍不足：{0}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
</context>
<context>
    <name>CleanupFilters</name>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>at any time</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>at least </source>
        <translation>至少 </translation>
    </message>
    <message>
        <source> days ago</source>
        <translation> 天前</translation>
    </message>
    <message>
        <source>Disk needed</source>
        <translation>需要的空间</translation>
    </message>
    <message>
        <source>all that can go</source>
        <translation>清理所有可清理的</translation>
    </message>
    <message>
        <source> GB on each host</source>
        <translation> GB（每台主机）</translation>
    </message>
    <message>
        <source>Only as much as it takes goes: of completed tasks first, the oldest first</source>
        <translation>只清理所需的空间：先清理已完成的任务，从最早的开始</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Everybody</source>
        <translation>所有用户</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>主机</translation>
    </message>
    <message>
        <source>All hosts</source>
        <translation>所有主机</translation>
    </message>
    <message>
        <source>Tasks</source>
        <translation>任务</translation>
    </message>
</context>
<context>
    <name>CleanupItems</name>
    <message>
        <source>Workspaces to remove</source>
        <translation>要删除的工作区</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Hosts</source>
        <translation>主机</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>{0} — rendering, left alone</source>
        <translation>{0} — 正在渲染，不清理</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;Task</source>
        <translation>任务(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Frame</source>
        <translation>帧(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation>日志(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Worker</source>
        <translation>渲染节点(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Objects</source>
        <translation>对象(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Retry frames</source>
        <translation>重试帧</translation>
    </message>
    <message>
        <source>Render the selected frames again, completed ones too</source>
        <translation>重新渲染选中的帧，包括已完成的帧</translation>
    </message>
    <message>
        <source>Skip frames</source>
        <translation>跳过帧</translation>
    </message>
    <message>
        <source>Leave the selected waiting or failed frames out</source>
        <translation>不再渲染选中的等待中或失败的帧</translation>
    </message>
    <message>
        <source>Next failed frame</source>
        <translation>下一个失败帧</translation>
    </message>
    <message>
        <source>Previous failed frame</source>
        <translation>上一个失败帧</translation>
    </message>
    <message>
        <source>Select failed frames</source>
        <translation>选择失败帧</translation>
    </message>
    <message>
        <source>Go to frame…</source>
        <translation>转到帧…</translation>
    </message>
    <message>
        <source>Select a frame by its number, or several by a range</source>
        <translation>按帧号选择一帧，或按范围选择多帧</translation>
    </message>
    <message>
        <source>Read log</source>
        <translation>查看日志</translation>
    </message>
    <message>
        <source>View frames</source>
        <translation>查看帧</translation>
    </message>
    <message>
        <source>Look at the images, play what is finished</source>
        <translation>查看图像，播放已完成的帧</translation>
    </message>
    <message>
        <source>Open image</source>
        <translation>打开图像</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开所在文件夹</translation>
    </message>
    <message>
        <source>Download images…</source>
        <translation>下载图像…</translation>
    </message>
    <message>
        <source>Copy the files of the selected completed frames into a folder</source>
        <translation>将选中的已完成帧的文件复制到文件夹</translation>
    </message>
    <message>
        <source>Show worker</source>
        <translation>显示渲染节点</translation>
    </message>
    <message>
        <source>Select the worker that rendered the frame, or is at it, among the workers</source>
        <translation>在渲染节点列表中选中渲染过或正在渲染该帧的节点</translation>
    </message>
    <message>
        <source>Copy image path</source>
        <translation>复制图像路径</translation>
    </message>
    <message>
        <source>Copy log path</source>
        <translation>复制日志路径</translation>
    </message>
    <message>
        <source>Submit a task…</source>
        <translation>提交渲染任务…</translation>
    </message>
    <message>
        <source>OSS browser</source>
        <translation>OSS 浏览器</translation>
    </message>
    <message>
        <source>Show or hide the object store</source>
        <translation>显示或隐藏对象存储</translation>
    </message>
    <message>
        <source>Submit selected objects…</source>
        <translation>提交选中的对象…</translation>
    </message>
    <message>
        <source>Submit</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Submit a render task of each selected object</source>
        <translation>为每个选中的对象提交一个渲染任务</translation>
    </message>
    <message>
        <source>Upload files here…</source>
        <translation>上传文件到此处…</translation>
    </message>
    <message>
        <source>Upload</source>
        <translation>上传</translation>
    </message>
    <message>
        <source>Upload files of this computer to the folder that is shown</source>
        <translation>将本机文件上传到当前文件夹</translation>
    </message>
    <message>
        <source>Download objects…</source>
        <translation>下载对象…</translation>
    </message>
    <message>
        <source>Copy object path</source>
        <translation>复制对象路径</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>后退</translation>
    </message>
    <message>
        <source>The folder that was shown before</source>
        <translation>之前显示的文件夹</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>Folder above</source>
        <translation>上一级文件夹</translation>
    </message>
    <message>
        <source>Read the folder anew</source>
        <translation>重新读取文件夹</translation>
    </message>
    <message>
        <source>Submit the copied paths…</source>
        <translation>提交剪贴板中的路径…</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Hand out no more frames; those being rendered finish</source>
        <translation>不再分配新帧；正在渲染的帧会渲染完</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Start without waiting</source>
        <translation>不等待，直接开始</translation>
    </message>
    <message>
        <source>Let the selected tasks start without those that they wait for</source>
        <translation>让选中的任务不再等待前置任务，直接开始</translation>
    </message>
    <message>
        <source>Choose project file…</source>
        <translation>选择工程文件…</translation>
    </message>
    <message>
        <source>Say which of several project files is rendered; the task goes on</source>
        <translation>指定要渲染的工程文件，任务随即继续</translation>
    </message>
    <message>
        <source>Cancel…</source>
        <translation>取消…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stop for good: running renderers are stopped, waiting frames cancelled</source>
        <translation>彻底停止：终止正在运行的渲染器，取消等待中的帧</translation>
    </message>
    <message>
        <source>Retry failed frames</source>
        <translation>重试失败帧</translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation>重试失败帧</translation>
    </message>
    <message>
        <source>Render the failed and cancelled frames of the selected tasks again</source>
        <translation>重新渲染选中任务中失败和已取消的帧</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Raise priority</source>
        <translation>提高优先级</translation>
    </message>
    <message>
        <source>Lower priority</source>
        <translation>降低优先级</translation>
    </message>
    <message>
        <source>Clean up…</source>
        <translation>清理…</translation>
    </message>
    <message>
        <source>Clean up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Remove the selected tasks' workspaces from the hosts' disks</source>
        <translation>从各主机磁盘删除选中任务的工作区</translation>
    </message>
    <message>
        <source>Clean up finished tasks…</source>
        <translation>清理已结束的任务…</translation>
    </message>
    <message>
        <source>Download results…</source>
        <translation>下载渲染结果…</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Duplicate…</source>
        <translation>复制为新任务…</translation>
    </message>
    <message>
        <source>Submit another task like this one; everything can be changed first</source>
        <translation>以此任务为模板提交新任务；提交前可修改所有内容</translation>
    </message>
    <message>
        <source>Open workspace</source>
        <translation>打开工作区</translation>
    </message>
    <message>
        <source>Open the task's folder, or say on which host it is</source>
        <translation>打开任务的文件夹，或显示它所在的主机</translation>
    </message>
    <message>
        <source>Copy task id</source>
        <translation>复制任务 ID</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Find a command…</source>
        <translation>查找命令…</translation>
    </message>
    <message>
        <source>Find a command, a task or a frame by a few letters</source>
        <translation>输入几个字即可查找命令、任务或帧</translation>
    </message>
    <message>
        <source>Filter tasks</source>
        <translation>筛选任务</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Show who changed what of the selected task, or its details again</source>
        <translation>显示选中任务的操作记录，或切换回详细信息</translation>
    </message>
    <message>
        <source>Larger frames</source>
        <translation>放大帧格</translation>
    </message>
    <message>
        <source>Smaller frames</source>
        <translation>缩小帧格</translation>
    </message>
    <message>
        <source>Fit all frames</source>
        <translation>显示全部帧</translation>
    </message>
    <message>
        <source>Frames as a list</source>
        <translation>以列表显示帧</translation>
    </message>
    <message>
        <source>Show the frames as a list with columns, or as a grid again</source>
        <translation>以带列的列表显示帧，或恢复为网格</translation>
    </message>
    <message>
        <source>Frame card</source>
        <translation>帧信息卡</translation>
    </message>
    <message>
        <source>Show what is known of the frame with the focus beside it</source>
        <translation>在当前帧旁显示其详细信息</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>布局</translation>
    </message>
    <message>
        <source>Show notices</source>
        <translation>显示通知</translation>
    </message>
    <message>
        <source>Show which tasks were finished or failed lately</source>
        <translation>显示最近完成或失败的任务</translation>
    </message>
    <message>
        <source>Notices</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>界面密度</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>Show or hide the workers of the farm</source>
        <translation>显示或隐藏渲染农场的节点</translation>
    </message>
    <message>
        <source>Enable</source>
        <translation>启用</translation>
    </message>
    <message>
        <source>Let the selected workers take frames again</source>
        <translation>让选中的渲染节点重新领取帧</translation>
    </message>
    <message>
        <source>Disable…</source>
        <translation>停用…</translation>
    </message>
    <message>
        <source>Disable</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Let the selected workers finish their frames and take no more</source>
        <translation>让选中的渲染节点渲染完当前帧后不再领取新帧</translation>
    </message>
    <message>
        <source>Drain…</source>
        <translation>完成后退出…</translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>完成后退出</translation>
    </message>
    <message>
        <source>Let the selected workers finish their frames and leave</source>
        <translation>让选中的渲染节点渲染完当前帧后退出</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Drop the selected workers that are offline from all lists</source>
        <translation>将选中的离线渲染节点从所有列表中移除</translation>
    </message>
    <message>
        <source>Go to its frame</source>
        <translation>转到其正在渲染的帧</translation>
    </message>
    <message>
        <source>Select the task and the frame that the worker is rendering</source>
        <translation>选中该渲染节点正在渲染的任务和帧</translation>
    </message>
    <message>
        <source>Copy host</source>
        <translation>复制主机名</translation>
    </message>
    <message>
        <source>History of the worker</source>
        <translation>渲染节点历史</translation>
    </message>
    <message>
        <source>Show or hide what became of the selected worker</source>
        <translation>显示或隐藏选中渲染节点的历史记录</translation>
    </message>
    <message>
        <source>Start a worker on this computer</source>
        <translation>在本机启动渲染节点</translation>
    </message>
    <message>
        <source>Start worker</source>
        <translation>启动节点</translation>
    </message>
    <message>
        <source>Start several workers…</source>
        <translation>启动多个渲染节点…</translation>
    </message>
    <message>
        <source>Start workers on this computer, that may go on when the window closes</source>
        <translation>在本机启动渲染节点，窗口关闭后可继续运行</translation>
    </message>
    <message>
        <source>When the window closes</source>
        <translation>窗口关闭时</translation>
    </message>
    <message>
        <source>What becomes of this computer's workers when the window closes</source>
        <translation>窗口关闭时如何处理本机的渲染节点</translation>
    </message>
    <message>
        <source>Stop this computer's workers</source>
        <translation>停止本机的渲染节点</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop the workers started here; their frames go back to the queue</source>
        <translation>停止在本机启动的渲染节点；其帧将退回队列</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>复制选中内容</translation>
    </message>
    <message>
        <source>Copy whole log</source>
        <translation>复制整个日志</translation>
    </message>
    <message>
        <source>Save log as…</source>
        <translation>日志另存为…</translation>
    </message>
    <message>
        <source>Open log in editor</source>
        <translation>在编辑器中打开日志</translation>
    </message>
    <message>
        <source>Open the log with the program this computer has for it</source>
        <translation>用本机的默认程序打开日志</translation>
    </message>
    <message>
        <source>Find in log</source>
        <translation>在日志中查找</translation>
    </message>
    <message>
        <source>Next error in log</source>
        <translation>日志中的下一个错误</translation>
    </message>
    <message>
        <source>Go to the first error of the log, then to the next</source>
        <translation>转到日志中的第一个错误，然后依次转到下一个</translation>
    </message>
    <message>
        <source>Previous error in log</source>
        <translation>日志中的上一个错误</translation>
    </message>
    <message>
        <source>Compare attempts…</source>
        <translation>对比各次尝试…</translation>
    </message>
    <message>
        <source>Show the logs of two attempts side by side</source>
        <translation>并排显示两次尝试的日志</translation>
    </message>
    <message>
        <source>Play or stop</source>
        <translation>播放或停止</translation>
    </message>
    <message>
        <source>Play again and again</source>
        <translation>循环播放</translation>
    </message>
    <message>
        <source>First frame</source>
        <translation>首帧</translation>
    </message>
    <message>
        <source>Previous frame</source>
        <translation>上一帧</translation>
    </message>
    <message>
        <source>Next frame</source>
        <translation>下一帧</translation>
    </message>
    <message>
        <source>Last frame</source>
        <translation>末帧</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>彩色</translation>
    </message>
    <message>
        <source>RGB</source>
        <translation>RGB</translation>
    </message>
    <message>
        <source>Red channel</source>
        <translation>红色通道</translation>
    </message>
    <message>
        <source>R</source>
        <translation>R</translation>
    </message>
    <message>
        <source>Green channel</source>
        <translation>绿色通道</translation>
    </message>
    <message>
        <source>G</source>
        <translation>G</translation>
    </message>
    <message>
        <source>Blue channel</source>
        <translation>蓝色通道</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Alpha channel</source>
        <translation>透明通道</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Y</source>
        <translation>Y</translation>
    </message>
    <message>
        <source>Previous layer</source>
        <translation>上一图层</translation>
    </message>
    <message>
        <source>Next layer</source>
        <translation>下一图层</translation>
    </message>
    <message>
        <source>Exposure down a quarter stop</source>
        <translation>曝光降低 1/4 档</translation>
    </message>
    <message>
        <source>Exposure up a quarter stop</source>
        <translation>曝光提高 1/4 档</translation>
    </message>
    <message>
        <source>Less gamma</source>
        <translation>减小伽马</translation>
    </message>
    <message>
        <source>More gamma</source>
        <translation>增大伽马</translation>
    </message>
    <message>
        <source>Neutral exposure and gamma</source>
        <translation>重置曝光和伽马</translation>
    </message>
    <message>
        <source>Fit the window</source>
        <translation>适应窗口</translation>
    </message>
    <message>
        <source>Pixel by pixel</source>
        <translation>实际像素</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Look further left</source>
        <translation>向左平移</translation>
    </message>
    <message>
        <source>Look further right</source>
        <translation>向右平移</translation>
    </message>
    <message>
        <source>Look further up</source>
        <translation>向上平移</translation>
    </message>
    <message>
        <source>Look further down</source>
        <translation>向下平移</translation>
    </message>
    <message>
        <source>Read the image again</source>
        <translation>重新读取图像</translation>
    </message>
    <message>
        <source>Retry this frame</source>
        <translation>重试此帧</translation>
    </message>
    <message>
        <source>Open with the system's program</source>
        <translation>用系统默认程序打开</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Tone</source>
        <translation>曝光和伽马</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Check-up…</source>
        <translation>检查…</translation>
    </message>
    <message>
        <source>Look at settings, Redis, database, object store, disks and renderers, and how to mend them</source>
        <translation>检查设置、Redis、数据库、对象存储、磁盘和渲染器，并说明如何修复</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>The language changes as soon as the open forms are closed.</source>
        <translation>关闭已打开的表单后即切换语言。</translation>
    </message>
</context>
<context>
    <name>DetailsPane</name>
    <message>
        <source>Details of the selected task</source>
        <translation>选中任务的详细信息</translation>
    </message>
    <message>
        <source>{0} tasks selected</source>
        <translation>已选中 {0} 个任务</translation>
    </message>
    <message>
        <source>No task selected</source>
        <translation>未选中任务</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Rendering</source>
        <translation>渲染中</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>渲染引擎</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>{0} ({1} in all)</source>
        <translation>{0}（共 {1} 帧）</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>渲染顺序</translation>
    </message>
    <message>
        <source>Waits for</source>
        <translation>正在等待</translation>
    </message>
    <message>
        <source>After</source>
        <translation>前置任务</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Detected</source>
        <translation>自动识别</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>{0} per frame</source>
        <translation>每帧 {0} 次</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>{0} at most</source>
        <translation>最多 {0} 个</translation>
    </message>
    <message>
        <source>Requires</source>
        <translation>要求</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>压缩包</translation>
    </message>
    <message>
        <source>Project file</source>
        <translation>工程文件</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>选项</translation>
    </message>
    <message>
        <source>Submitted</source>
        <translation>提交时间</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Frame {0}</source>
        <translation>第 {0} 帧</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>错误类型</translation>
    </message>
    <message>
        <source>Log line</source>
        <translation>日志行</translation>
    </message>
    <message>
        <source>Attempt</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Worker</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Uploaded to</source>
        <translation>已上传至</translation>
    </message>
</context>
<context>
    <name>DownloadDialog</name>
    <message>
        <source>Download results</source>
        <translation>下载渲染结果</translation>
    </message>
    <message>
        <source>{0} to {1}</source>
        <translation>{0} 到 {1}</translation>
    </message>
    <message>
        <source>Looking where the images are…</source>
        <translation>正在查找图像位置…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
</context>
<context>
    <name>EmptyView</name>
    <message>
        <source>Drop a project here</source>
        <translation>将工程拖放到此处</translation>
    </message>
    <message>
        <source>oss://bucket/shot.zip, an object's URL, a file or folder of this computer; several at once, too.
Archives may be .zip, .tar.gz or .gz.</source>
        <translation>可以是 oss://bucket/shot.zip、对象的 URL、本机的文件或文件夹，也可一次拖入多个。
压缩包支持 .zip、.tar.gz 和 .gz。</translation>
    </message>
    <message>
        <source>Submit a task…</source>
        <translation>提交渲染任务…</translation>
    </message>
</context>
<context>
    <name>EngineOptions</name>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>default: {0}</source>
        <translation>默认：{0}</translation>
    </message>
    <message>
        <source>{0} ({1})</source>
        <translation>{0}（{1}）</translation>
    </message>
</context>
<context>
    <name>FarmFields</name>
    <message>
        <source>Order, limits and requirements</source>
        <translation>顺序、限制与要求</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Workers at once</source>
        <translation>同时使用的节点</translation>
    </message>
    <message>
        <source>{0} (default)</source>
        <translation>{0}（默认）</translation>
    </message>
    <message>
        <source>any number</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>any worker; or words like gpu, linux</source>
        <translation>任意节点；或填写标签，如 gpu, linux</translation>
    </message>
    <message>
        <source>any; or &gt;=4.2, 3.6-4.2</source>
        <translation>不限；或填写 &gt;=4.2、3.6-4.2</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>any</source>
        <translation>不限</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Frame order</source>
        <translation>渲染顺序</translation>
    </message>
    <message>
        <source>It starts as soon as these are completed.</source>
        <translation>这些任务完成后立即开始。</translation>
    </message>
    <message>
        <source>After</source>
        <translation>前置任务</translation>
    </message>
</context>
<context>
    <name>FarmStrip</name>
    <message>
        <source>Database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Redis</source>
        <translation>Redis</translation>
    </message>
    <message>
        <source>High</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>Frames waiting in each queue. Click to see their tasks, highest priority first.</source>
        <translation>各队列中等待的帧数。点击可查看相应任务，优先级高的在前。</translation>
    </message>
    <message>
        <source>{0} away since {1}</source>
        <translation>{0} 自 {1} 起无法连接</translation>
    </message>
    <message>
        <source>{0}
Click to try again now.</source>
        <translation>{0}
点击可立即重试。</translation>
    </message>
    <message>
        <source>{0} {1} ms</source>
        <translation>{0} {1} 毫秒</translation>
    </message>
    <message>
        <source>{0} answers. Click to ask again.</source>
        <translation>{0} 响应正常。点击可重新检测。</translation>
    </message>
</context>
<context>
    <name>Feedback</name>
    <message>
        <source>Frames rendering: {0}, waiting: {1}</source>
        <translation>渲染中：{0} 帧，等待中：{1} 帧</translation>
    </message>
    <message>
        <source>Failed and finished tasks</source>
        <translation>失败和完成的任务</translation>
    </message>
    <message>
        <source>Failed tasks only</source>
        <translation>仅失败的任务</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Of my tasks only</source>
        <translation>仅限我的任务</translation>
    </message>
    <message>
        <source>Of all tasks</source>
        <translation>所有任务</translation>
    </message>
    <message>
        <source>With a sound</source>
        <translation>播放提示音</translation>
    </message>
</context>
<context>
    <name>FetchBar</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>Fetching the image: {0}</source>
        <translation>正在获取图像：{0}</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Search, or user:li status:failed engine:maya</source>
        <translation>搜索，或 user:li status:failed engine:maya</translation>
    </message>
    <message>
        <source>Search tasks</source>
        <translation>搜索任务</translation>
    </message>
    <message>
        <source>All {0}</source>
        <translation>全部 {0}</translation>
    </message>
    <message>
        <source>Active {0}</source>
        <translation>进行中 {0}</translation>
    </message>
    <message>
        <source>With failures {0}</source>
        <translation>有失败帧 {0}</translation>
    </message>
    <message>
        <source>Finished {0}</source>
        <translation>已结束 {0}</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>What to do: {0}</source>
        <translation>处理办法：{0}</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>Copy what to do</source>
        <translation>复制处理办法</translation>
    </message>
</context>
<context>
    <name>FrameCard</name>
    <message>
        <source>Frame {0} · {1}</source>
        <translation>第 {0} 帧 · {1}</translation>
    </message>
    <message>
        <source>{0} on {1}</source>
        <translation>{0}（{1}）</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>错误类型</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
    <message>
        <source>Running for</source>
        <translation>已运行</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Worker</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>Attempt</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>No image here</source>
        <translation>此处没有图像</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
</context>
<context>
    <name>FrameCommands</name>
    <message>
        <source>Retry frames</source>
        <translation>重试帧</translation>
    </message>
    <message>
        <source>Render frames again that are completed?</source>
        <translation>要重新渲染已完成的帧吗？</translation>
    </message>
    <message>
        <source>Completed, rendered anew: {0}
Selected in all: {1}</source>
        <translation>已完成、将重新渲染：{0} 帧
共选中：{1} 帧</translation>
    </message>
    <message>
        <source>Render again</source>
        <translation>重新渲染</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Frames waiting again: {0}</source>
        <translation>重新排队的帧：{0}</translation>
    </message>
    <message>
        <source>Frames skipped: {0}</source>
        <translation>已跳过的帧：{0}</translation>
    </message>
    <message>
        <source>No frame failed.</source>
        <translation>没有失败的帧。</translation>
    </message>
    <message>
        <source>The task {0} is not among those that the filter shows.</source>
        <translation>任务 {0} 不在当前筛选结果中。</translation>
    </message>
    <message>
        <source>Getting the image of frame {0}…</source>
        <translation>正在获取第 {0} 帧的图像…</translation>
    </message>
    <message>
        <source>{0} is not on this computer; it was rendered by {1}. Download the results instead.</source>
        <translation>{0} 不在本机上，它由 {1} 渲染。请改为下载渲染结果。</translation>
    </message>
    <message>
        <source>another one</source>
        <translation>另一个节点</translation>
    </message>
    <message>
        <source>The worker {0} is not on the farm any more.</source>
        <translation>渲染节点 {0} 已不在渲染农场中。</translation>
    </message>
    <message>
        <source>The worker {0} is not among those that the filter shows.</source>
        <translation>当前筛选条件未显示渲染节点 {0}。</translation>
    </message>
    <message>
        <source>Copied: {0}</source>
        <translation>已复制：{0}</translation>
    </message>
</context>
<context>
    <name>FrameGrid</name>
    <message>
        <source>Frames of the selected task</source>
        <translation>选中任务的帧</translation>
    </message>
    <message>
        <source>No image here</source>
        <translation>此处没有图像</translation>
    </message>
    <message>
        <source>Select a task to see its frames.</source>
        <translation>选中一个任务以查看它的帧。</translation>
    </message>
    <message>
        <source>Reading the frames…</source>
        <translation>正在读取帧…</translation>
    </message>
</context>
<context>
    <name>FrameJump</name>
    <message>
        <source>240 or 100-200x5</source>
        <translation>240 或 100-200x5</translation>
    </message>
    <message>
        <source>Go to frame</source>
        <translation>转到帧</translation>
    </message>
</context>
<context>
    <name>FrameList</name>
    <message>
        <source>Frames of the selected task</source>
        <translation>选中任务的帧</translation>
    </message>
</context>
<context>
    <name>FrameModel</name>
    <message>
        <source>Frame {0}: {1}</source>
        <translation>第 {0} 帧：{1}</translation>
    </message>
    <message>
        <source> {0} %</source>
        <translation> {0}%</translation>
    </message>
    <message>
        <source>, attempt {0}</source>
        <translation>，第 {0} 次尝试</translation>
    </message>
    <message>
        <source>, on {0}</source>
        <translation>，节点 {0}</translation>
    </message>
</context>
<context>
    <name>FrameTableModel</name>
    <message>
        <source>Frame</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Attempt</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Worker</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>开始时间</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
</context>
<context>
    <name>FramesPane</name>
    <message>
        <source>Frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Size of the frames</source>
        <translation>帧格大小</translation>
    </message>
    <message>
        <source>Size of the frames, from a point to the rendered image (Ctrl+wheel)</source>
        <translation>帧格大小，从一个点到渲染图像（Ctrl+滚轮）</translation>
    </message>
    <message>
        <source>The task has no frame {0}. It has {1} frames from {2} to {3}.</source>
        <translation>任务中没有第 {0} 帧。该任务共 {1} 帧，从第 {2} 帧到第 {3} 帧。</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>Submitted</source>
        <translation>已提交</translation>
    </message>
    <message>
        <source>Taken</source>
        <translation>已领取</translation>
    </message>
    <message>
        <source>Renderer started</source>
        <translation>渲染器已启动</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Handed back</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>Worker lost</source>
        <translation>渲染节点失联</translation>
    </message>
    <message>
        <source>Preparation</source>
        <translation>准备工程</translation>
    </message>
    <message>
        <source>Several project files</source>
        <translation>有多个工程文件</translation>
    </message>
    <message>
        <source>Project file chosen</source>
        <translation>已选择工程文件</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Resumed</source>
        <translation>已继续</translation>
    </message>
    <message>
        <source>Priority changed</source>
        <translation>优先级已更改</translation>
    </message>
    <message>
        <source>Retried</source>
        <translation>已重试</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>已跳过</translation>
    </message>
    <message>
        <source>Started without waiting</source>
        <translation>不等待，直接开始</translation>
    </message>
    <message>
        <source>Clean-up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Came online</source>
        <translation>上线</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>已退出</translation>
    </message>
    <message>
        <source>Name taken</source>
        <translation>名称已被占用</translation>
    </message>
    <message>
        <source>Enabled</source>
        <translation>已启用</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Draining</source>
        <translation>完成后退出</translation>
    </message>
    <message>
        <source>frame {0}</source>
        <translation>第 {0} 帧</translation>
    </message>
    <message>
        <source>frames {0}</source>
        <translation>帧 {0}</translation>
    </message>
    <message>
        <source>worker {0}</source>
        <translation>渲染节点 {0}</translation>
    </message>
    <message>
        <source>task {0} → {1}</source>
        <translation>任务 {0} → {1}</translation>
    </message>
    <message>
        <source>priority {0} → {1}</source>
        <translation>优先级 {0} → {1}</translation>
    </message>
    <message>
        <source>attempt {0}</source>
        <translation>第 {0} 次尝试</translation>
    </message>
</context>
<context>
    <name>HistoryList</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>Nothing is on record.</source>
        <translation>没有记录。</translation>
    </message>
</context>
<context>
    <name>Imaging</name>
    <message>
        <source>The image {0} can't be opened: {1}.</source>
        <translation>无法打开图像 {0}：{1}。</translation>
    </message>
    <message>
        <source>The image {0} is not whole: it is still being written or was cut short ({1}).</source>
        <translation>图像 {0} 不完整：仍在写入，或写入中断（{1}）。</translation>
    </message>
    <message>
        <source>The file {0} can't be read as an image: {1}.</source>
        <translation>无法将文件 {0} 读取为图像：{1}。</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>文件为空</translation>
    </message>
</context>
<context>
    <name>Layouts</name>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Save this layout…</source>
        <translation>保存当前布局…</translation>
    </message>
    <message>
        <source>Delete a layout…</source>
        <translation>删除布局…</translation>
    </message>
    <message>
        <source>Save layout</source>
        <translation>保存布局</translation>
    </message>
    <message>
        <source>Under what name is this layout kept?</source>
        <translation>以什么名称保存此布局？</translation>
    </message>
    <message>
        <source>It holds columns, panes and docks. A layout of the same name is replaced.</source>
        <translation>布局包括列、面板和停靠窗口。同名布局将被替换。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Night shift</source>
        <translation>夜班</translation>
    </message>
    <message>
        <source>Layout saved: {0}</source>
        <translation>布局已保存：{0}</translation>
    </message>
    <message>
        <source>Delete layout</source>
        <translation>删除布局</translation>
    </message>
    <message>
        <source>Which layout is deleted?</source>
        <translation>删除哪个布局？</translation>
    </message>
    <message>
        <source>The window stays as it is.</source>
        <translation>当前窗口保持不变。</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>LeaveDialog</name>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Let this computer's workers go on rendering?</source>
        <translation>让本机的渲染节点继续渲染吗？</translation>
    </message>
    <message>
        <source>Workers running here: {0}
Stopped, they hand the frames they render back to the queue. Those that go on are found again by the next window.</source>
        <translation>本机运行中的渲染节点：{0}
停止后，正在渲染的帧会退回队列。继续运行的节点会在下次打开窗口时重新接管。</translation>
    </message>
    <message>
        <source>Do so every time, without asking</source>
        <translation>以后都这样处理，不再询问</translation>
    </message>
    <message>
        <source>Let them go on</source>
        <translation>继续运行</translation>
    </message>
    <message>
        <source>Stop them</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>Leaving</name>
    <message>
        <source>Stopping this computer's workers; their frames go back to the queue…</source>
        <translation>正在停止本机的渲染节点；其帧将退回队列…</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>{0}: {1}. Click to select them.</source>
        <translation>{0}：{1} 帧。点击可全部选中。</translation>
    </message>
    <message>
        <source>{0}k</source>
        <translation>{0}k</translation>
    </message>
</context>
<context>
    <name>LocalWorkerChoice</name>
    <message>
        <source>Ask what becomes of them</source>
        <translation>询问如何处理</translation>
    </message>
    <message>
        <source>Stop this computer's workers</source>
        <translation>停止本机的渲染节点</translation>
    </message>
    <message>
        <source>Let this computer's workers go on</source>
        <translation>让本机的渲染节点继续运行</translation>
    </message>
</context>
<context>
    <name>LogCommands</name>
    <message>
        <source>Reading the log…</source>
        <translation>正在读取日志…</translation>
    </message>
    <message>
        <source>The whole log was copied.</source>
        <translation>已复制整个日志。</translation>
    </message>
    <message>
        <source>Save the log of frame {0} as</source>
        <translation>将第 {0} 帧的日志另存为</translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation>正在保存 {0}…</translation>
    </message>
    <message>
        <source>Saved: {0}</source>
        <translation>已保存：{0}</translation>
    </message>
    <message>
        <source>The log is on host {0}: save it first.</source>
        <translation>日志在主机 {0} 上：请先保存。</translation>
    </message>
</context>
<context>
    <name>LogCompare</name>
    <message>
        <source>Attempts at frame {0}</source>
        <translation>第 {0} 帧的各次尝试</translation>
    </message>
    <message>
        <source>Previous difference (Shift+F8)</source>
        <translation>上一处差异 (Shift+F8)</translation>
    </message>
    <message>
        <source>Next difference (F8)</source>
        <translation>下一处差异 (F8)</translation>
    </message>
    <message>
        <source>Attempt</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Log of the attempt</source>
        <translation>该次尝试的日志</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>The log is empty.</source>
        <translation>日志为空。</translation>
    </message>
    <message>
        <source>Lines that differ: {0}; times and addresses are not compared.</source>
        <translation>不同的行：{0}；时间和地址不参与比较。</translation>
    </message>
    <message>
        <source>Only the last {0} lines are compared.</source>
        <translation>仅比较最后 {0} 行。</translation>
    </message>
    <message>
        <source>Both say the same, but for times and addresses.</source>
        <translation>除时间和地址外，两份日志相同。</translation>
    </message>
</context>
<context>
    <name>LogFind</name>
    <message>
        <source>Find in log</source>
        <translation>在日志中查找</translation>
    </message>
    <message>
        <source>Match upper and lower case</source>
        <translation>区分大小写</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>正则表达式</translation>
    </message>
    <message>
        <source>Previous hit (Shift+Enter)</source>
        <translation>上一个匹配 (Shift+Enter)</translation>
    </message>
    <message>
        <source>Next hit (Enter)</source>
        <translation>下一个匹配 (Enter)</translation>
    </message>
    <message>
        <source>Close the search (Esc)</source>
        <translation>关闭查找 (Esc)</translation>
    </message>
</context>
<context>
    <name>LogHead</name>
    <message>
        <source>Attempt</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Which attempt at the frame the log is of</source>
        <translation>选择查看该帧哪一次尝试的日志</translation>
    </message>
    <message>
        <source>Previous error (Shift+E)</source>
        <translation>上一个错误 (Shift+E)</translation>
    </message>
    <message>
        <source>Next error (E)</source>
        <translation>下一个错误 (E)</translation>
    </message>
    <message>
        <source>Find in log (Ctrl+F)</source>
        <translation>在日志中查找 (Ctrl+F)</translation>
    </message>
    <message>
        <source>Compare two attempts side by side</source>
        <translation>并排对比两次尝试</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>长行自动换行</translation>
    </message>
    <message>
        <source>Follow the end of the log (End)</source>
        <translation>跟随日志末尾 (End)</translation>
    </message>
    <message>
        <source>Copy, save, open</source>
        <translation>复制、保存、打开</translation>
    </message>
    <message>
        <source>Errors: {0}</source>
        <translation>错误：{0}</translation>
    </message>
    <message>
        <source>Attempt {0} completed</source>
        <translation>第 {0} 次尝试已完成</translation>
    </message>
    <message>
        <source>Attempt {0} failed</source>
        <translation>第 {0} 次尝试失败</translation>
    </message>
    <message>
        <source>Attempt {0} was handed back</source>
        <translation>第 {0} 次尝试已退回</translation>
    </message>
    <message>
        <source>Attempt {0}</source>
        <translation>第 {0} 次尝试</translation>
    </message>
</context>
<context>
    <name>LogMarks</name>
    <message>
        <source>Errors, warnings and hits in the whole log: click to go there</source>
        <translation>整个日志中的错误、警告和匹配：点击即可跳转</translation>
    </message>
</context>
<context>
    <name>LogView</name>
    <message>
        <source>Log of the selected frame</source>
        <translation>选中帧的日志</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Select a frame to read its log.</source>
        <translation>选中一帧以查看日志。</translation>
    </message>
    <message>
        <source>Frame {0} · {1}</source>
        <translation>第 {0} 帧 · {1}</translation>
    </message>
    <message>
        <source> · attempt {0}</source>
        <translation> · 第 {0} 次尝试</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>{0} on {1}</source>
        <translation>{0}（主机 {1}）</translation>
    </message>
    <message>
        <source>Reading the log up to its beginning…</source>
        <translation>正在读取日志直至开头…</translation>
    </message>
    <message>
        <source>No errors in this log.</source>
        <translation>此日志中没有错误。</translation>
    </message>
    <message>
        <source>No hits</source>
        <translation>无匹配</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} of {1}…</source>
        <translation>{0} / {1}…</translation>
    </message>
    <message>
        <source>Lines copied: {0}</source>
        <translation>已复制 {0} 行</translation>
    </message>
    <message>
        <source>The log is empty so far.</source>
        <translation>日志目前为空。</translation>
    </message>
</context>
<context>
    <name>MainFields</name>
    <message>
        <source>Engine</source>
        <translation>渲染引擎</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Told from the file's name.</source>
        <translation>根据文件名判断。</translation>
    </message>
    <message>
        <source>For projects whose name does not tell it.</source>
        <translation>用于无法根据文件名判断引擎的工程。</translation>
    </message>
    <message>
        <source>{0} frames: {1}</source>
        <translation>{0} 帧：{1}</translation>
    </message>
    <message>
        <source>{0} frame: {1}</source>
        <translation>{0} 帧：{1}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Reading {0} selected tasks…</source>
        <translation>正在读取选中的 {0} 个任务…</translation>
    </message>
    <message>
        <source>{0} While it is away, the window looks for changes by itself.</source>
        <translation>{0}恢复之前，窗口会自行检查变化。</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Comfortable</source>
        <translation>宽松</translation>
    </message>
    <message>
        <source>Compact</source>
        <translation>紧凑</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Render Manager</source>
        <translation>Render Manager</translation>
    </message>
    <message>
        <source>Something went wrong inside Render Manager; the log of the program has the details.</source>
        <translation>Render Manager 内部出错；详细信息请查看程序日志。</translation>
    </message>
    <message>
        <source>Log: {0}</source>
        <translation>日志：{0}</translation>
    </message>
</context>
<context>
    <name>MoreFields</name>
    <message>
        <source>More options</source>
        <translation>更多选项</translation>
    </message>
    <message>
        <source>the file's name</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>detected</source>
        <translation>自动识别</translation>
    </message>
    <message>
        <source>found automatically</source>
        <translation>自动查找</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>压缩包</translation>
    </message>
    <message>
        <source>Its path inside the archive, where there are several.</source>
        <translation>有多个工程文件时，填写它在压缩包内的路径。</translation>
    </message>
    <message>
        <source>Project file</source>
        <translation>工程文件</translation>
    </message>
    <message>
        <source>Options for {0}</source>
        <translation>{0} 选项</translation>
    </message>
</context>
<context>
    <name>News</name>
    <message>
        <source>{0} failed</source>
        <translation>“{0}”失败</translation>
    </message>
    <message>
        <source>{0} is finished</source>
        <translation>“{0}”已完成</translation>
    </message>
    <message>
        <source>{0} tasks failed</source>
        <translation>{0} 个任务失败</translation>
    </message>
    <message>
        <source>{0} tasks are finished</source>
        <translation>{0} 个任务已完成</translation>
    </message>
    <message>
        <source>{0} and {1} more</source>
        <translation>{0}，另 {1} 个</translation>
    </message>
    <message>
        <source>{0} of {1} frames failed</source>
        <translation>{1} 帧中有 {0} 帧失败</translation>
    </message>
    <message>
        <source>{0}. {1}</source>
        <translation>{0}。{1}</translation>
    </message>
    <message>
        <source>{0} frames</source>
        <translation>{0} 帧</translation>
    </message>
    <message>
        <source>{0} frame</source>
        <translation>{0} 帧</translation>
    </message>
    <message>
        <source>{0} in {1}</source>
        <translation>{0}，耗时 {1}</translation>
    </message>
</context>
<context>
    <name>NewsBell</name>
    <message>
        <source>Notices: {0} new</source>
        <translation>通知：{0} 条新通知</translation>
    </message>
    <message>
        <source>Notices</source>
        <translation>通知</translation>
    </message>
</context>
<context>
    <name>NewsList</name>
    <message>
        <source>Notices</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Notices, newest first</source>
        <translation>通知，最新的在前</translation>
    </message>
    <message>
        <source>Tasks that are finished or failed while the window is open appear here.</source>
        <translation>窗口打开期间完成或失败的任务会显示在这里。</translation>
    </message>
</context>
<context>
    <name>NoResults</name>
    <message>
        <source>No task fits the search</source>
        <translation>没有符合搜索条件的任务</translation>
    </message>
    <message>
        <source>Show all tasks</source>
        <translation>显示所有任务</translation>
    </message>
    <message>
        <source>Search for fewer words, or choose another group of states.</source>
        <translation>请减少搜索词，或选择其他状态。</translation>
    </message>
</context>
<context>
    <name>ObjectBrowserDock</name>
    <message>
        <source>OSS browser</source>
        <translation>OSS 浏览器</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Filter objects by name</source>
        <translation>按名称筛选对象</translation>
    </message>
    <message>
        <source>In a window of its own, or back</source>
        <translation>独立窗口／还原</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隐藏</translation>
    </message>
    <message>
        <source>Objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>{0} of {1} found</source>
        <translation>找到 {0} 项，共 {1} 项</translation>
    </message>
    <message>
        <source>{0} entries</source>
        <translation>{0} 项</translation>
    </message>
    <message>
        <source>{0} entry</source>
        <translation>{0} 项</translation>
    </message>
    <message>
        <source>{0}  ·  reading…</source>
        <translation>{0}  ·  正在读取…</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>This folder is empty.
Drop files here to upload them.</source>
        <translation>此文件夹为空。
将文件拖放到此处即可上传。</translation>
    </message>
    <message>
        <source>Nothing here has that in its name.</source>
        <translation>没有名称匹配的对象。</translation>
    </message>
    <message>
        <source>Drop to upload to {0}</source>
        <translation>松开鼠标，上传到 {0}</translation>
    </message>
    <message>
        <source>the object store</source>
        <translation>对象存储</translation>
    </message>
</context>
<context>
    <name>ObjectCommands</name>
    <message>
        <source>Copied {0}</source>
        <translation>已复制 {0}</translation>
    </message>
    <message>
        <source>Files to upload</source>
        <translation>要上传的文件</translation>
    </message>
    <message>
        <source>Folder to download to</source>
        <translation>下载到的文件夹</translation>
    </message>
    <message>
        <source>Replace {0} files that are there already?</source>
        <translation>替换 {0} 个已存在的文件吗？</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Replace {0}, which is there already?</source>
        <translation>{0} 已存在，要替换吗？</translation>
    </message>
    <message>
        <source>What is there now is lost.</source>
        <translation>现有内容将丢失。</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Uploading {0}</source>
        <translation>正在上传 {0}</translation>
    </message>
    <message>
        <source>Downloading {0}</source>
        <translation>正在下载 {0}</translation>
    </message>
    <message>
        <source>Stopped. What was sent of the last file is kept, and the next try goes on.</source>
        <translation>已停止。最后一个文件已传输的部分会保留，下次将继续传输。</translation>
    </message>
    <message>
        <source>{0} files transferred</source>
        <translation>已传输 {0} 个文件</translation>
    </message>
    <message>
        <source>1 file transferred</source>
        <translation>已传输 1 个文件</translation>
    </message>
</context>
<context>
    <name>ObjectList</name>
    <message>
        <source>Objects</source>
        <translation>对象</translation>
    </message>
</context>
<context>
    <name>ObjectTable</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Modified</source>
        <translation>修改时间</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>A command, a task's name or id, a frame's number</source>
        <translation>命令、任务名称或 ID、帧号</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>What fits</source>
        <translation>匹配结果</translation>
    </message>
    <message>
        <source>Nothing fits.</source>
        <translation>没有匹配结果。</translation>
    </message>
</context>
<context>
    <name>PaletteSource</name>
    <message>
        <source>select a task first</source>
        <translation>请先选择任务</translation>
    </message>
    <message>
        <source>select a frame first</source>
        <translation>请先选择帧</translation>
    </message>
    <message>
        <source>select a worker first</source>
        <translation>请先选择渲染节点</translation>
    </message>
    <message>
        <source>not possible now</source>
        <translation>当前不可用</translation>
    </message>
    <message>
        <source>Go to frame {0}</source>
        <translation>转到第 {0} 帧</translation>
    </message>
</context>
<context>
    <name>PresetBar</name>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Save, delete or make default</source>
        <translation>保存、删除或设为默认</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>{0} (default)</source>
        <translation>{0}（默认）</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Save changes to {0}</source>
        <translation>保存对“{0}”的修改</translation>
    </message>
    <message>
        <source>Use by default</source>
        <translation>设为默认</translation>
    </message>
    <message>
        <source>Delete {0}</source>
        <translation>删除“{0}”</translation>
    </message>
    <message>
        <source>Save a preset</source>
        <translation>保存预设</translation>
    </message>
    <message>
        <source>Save these values as a preset for {0}</source>
        <translation>将当前设置保存为 {0} 的预设</translation>
    </message>
    <message>
        <source>Priority, options, order, limits and requirements are kept; projects and user are not.</source>
        <translation>保存优先级、选项、顺序、限制和要求；不保存工程和用户。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Image of frame {0}</source>
        <translation>第 {0} 帧的图像</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
</context>
<context>
    <name>PriorityEditor</name>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
</context>
<context>
    <name>PriorityField</name>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
</context>
<context>
    <name>ProjectCell</name>
    <message>
        <source>as below</source>
        <translation>同下方设置</translation>
    </message>
    <message>
        <source>the file's name</source>
        <translation>文件名</translation>
    </message>
</context>
<context>
    <name>ProjectTable</name>
    <message>
        <source>Projects to submit</source>
        <translation>要提交的工程</translation>
    </message>
</context>
<context>
    <name>ProjectsField</name>
    <message>
        <source>oss://bucket/shot.zip, an object's URL or key, a file or a folder</source>
        <translation>oss://bucket/shot.zip、对象的 URL 或 Key、文件或文件夹</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>工程</translation>
    </message>
    <message>
        <source>Browse</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Apply fields below</source>
        <translation>应用下方设置</translation>
    </message>
    <message>
        <source>Engine, frames and priority of the selected rows, or of all, as below</source>
        <translation>将选中行（未选中则为所有行）的渲染引擎、帧和优先级设为与下方一致</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Take the selected rows out (Del)</source>
        <translation>移除选中的行 (Del)</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>OSS browser</source>
        <translation>OSS 浏览器</translation>
    </message>
    <message>
        <source>{0} projects</source>
        <translation>{0} 个工程</translation>
    </message>
    <message>
        <source>{0} frames in all</source>
        <translation>共 {0} 帧</translation>
    </message>
    <message>
        <source>{0} with a problem</source>
        <translation>{0} 个有问题</translation>
    </message>
    <message>
        <source>Projects to submit</source>
        <translation>要提交的工程</translation>
    </message>
    <message>
        <source>Folder of a project</source>
        <translation>工程文件夹</translation>
    </message>
</context>
<context>
    <name>ProjectsModel</name>
    <message>
        <source>Not looked at: {0}</source>
        <translation>未检查：{0}</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Folder, {0} files, {1}: packed and uploaded</source>
        <translation>文件夹，{0} 个文件，{1}：将打包上传</translation>
    </message>
    <message>
        <source>{0}, uploaded</source>
        <translation>{0}，将上传</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>工程</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>渲染引擎</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>{0} frames</source>
        <translation>{0} 帧</translation>
    </message>
    <message>
        <source>Told from the file's name.</source>
        <translation>根据文件名判断。</translation>
    </message>
</context>
<context>
    <name>ReasonDialog</name>
    <message>
        <source>optional, for the record</source>
        <translation>可选，将记入历史</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>Scrubber</name>
    <message>
        <source>Frame shown</source>
        <translation>当前显示的帧</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>"{0}" has a step of 0: write {1}-{2}x1 or larger.</source>
        <translation>"{0}" 的步长为 0：请写成 {1}-{2}x1 或更大的步长。</translation>
    </message>
    <message>
        <source>"{0}" in frames "{1}" can't be read: write a number (7), a range (1-24) or a range with a step (1-100x2), separated by commas.</source>
        <translation>无法识别帧 "{1}" 中的 "{0}"：请填写帧号（7）、范围（1-24）或带步长的范围（1-100x2），以逗号分隔。</translation>
    </message>
    <message>
        <source>"{0}" names a frame beyond {1}.</source>
        <translation>"{0}" 中有超过 {1} 的帧号。</translation>
    </message>
    <message>
        <source>"{0}" names {1} frames; the limit is {2} (setting MAX_FRAMES).</source>
        <translation>"{0}" 包含 {1} 帧，上限为 {2}（设置 MAX_FRAMES）。</translation>
    </message>
    <message>
        <source>"{0}…" names a frame beyond {1}.</source>
        <translation>"{0}…" 中有超过 {1} 的帧号。</translation>
    </message>
    <message>
        <source>'{0}' names a folder, not an object: add the file's name.</source>
        <translation>'{0}' 是文件夹而不是对象：请补上文件名。</translation>
    </message>
    <message>
        <source>(worker {0})</source>
        <translation>（渲染节点 {0}）</translation>
    </message>
    <message>
        <source>1 frame of its task comes before it.</source>
        <translation>本任务还有 1 帧排在它前面。</translation>
    </message>
    <message>
        <source>A clean-up of host {0} removed the log {1}.</source>
        <translation>主机 {0} 的清理已删除日志 {1}。</translation>
    </message>
    <message>
        <source>A disk is full: the images can't be written</source>
        <translation>磁盘已满：无法写入图像</translation>
    </message>
    <message>
        <source>A disk of this machine is faster; UPLOAD_RENDERS = true makes images available elsewhere.</source>
        <translation>本机的磁盘更快；设置 UPLOAD_RENDERS = true 后，其他地方也能取得图像。</translation>
    </message>
    <message>
        <source>A frame can't go from {0} to {1}.</source>
        <translation>帧不能从“{0}”变为“{1}”。</translation>
    </message>
    <message>
        <source>A local worker can't be started: {0}.</source>
        <translation>无法启动本机渲染节点：{0}。</translation>
    </message>
    <message>
        <source>A network disk could not be read: the connection of this host to it broke</source>
        <translation>无法读取网络磁盘：本主机与它的连接已断开</translation>
    </message>
    <message>
        <source>A plug-in that the project needs is not installed on this host</source>
        <translation>本主机未安装工程所需的插件</translation>
    </message>
    <message>
        <source>A queue names its presets and sequences itself: leave out preset and sequence.</source>
        <translation>渲染队列自带预设和序列：请不要再填写 preset 和 sequence。</translation>
    </message>
    <message>
        <source>A temporary file can't be written: {0}.</source>
        <translation>无法写入临时文件：{0}。</translation>
    </message>
    <message>
        <source>A window can be opened, by Qt's plugin {0}.</source>
        <translation>可以打开窗口，使用 Qt 插件 {0}。</translation>
    </message>
    <message>
        <source>A window can be opened.</source>
        <translation>可以打开窗口。</translation>
    </message>
    <message>
        <source>A worker named {0} is online already: choose another name.</source>
        <translation>名为 {0} 的渲染节点已在线：请换一个名称。</translation>
    </message>
    <message>
        <source>A worker of host {0} was turned away: a worker of host {1} has the name.</source>
        <translation>主机 {0} 的渲染节点被拒绝：该名称已属于主机 {1} 的渲染节点。</translation>
    </message>
    <message>
        <source>AES encryption</source>
        <translation>AES 加密</translation>
    </message>
    <message>
        <source>Add the optional feature Chinese (Simplified) Supplemental Fonts in the settings of Windows.</source>
        <translation>请在 Windows 设置中添加可选功能“简体中文补充字体”。</translation>
    </message>
    <message>
        <source>All that are online are of version {0}.</source>
        <translation>在线的渲染节点都是版本 {0}。</translation>
    </message>
    <message>
        <source>All values can be used.</source>
        <translation>所有值都可以使用。</translation>
    </message>
    <message>
        <source>And {0} more.</source>
        <translation>还有 {0} 个。</translation>
    </message>
    <message>
        <source>Archive {0} can't be unpacked: {1}</source>
        <translation>无法解压压缩包 {0}：{1}</translation>
    </message>
    <message>
        <source>Arnold's camera (AA) samples</source>
        <translation>Arnold 的相机（AA）采样</translation>
    </message>
    <message>
        <source>Asked for</source>
        <translation>人工请求</translation>
    </message>
    <message>
        <source>Blender was not found on this host: install it ({0}) or set BLENDER_EXECUTABLE.</source>
        <translation>本主机上找不到 Blender：请安装（{0}）或设置 BLENDER_EXECUTABLE。</translation>
    </message>
    <message>
        <source>Blender {0} at {1} is too old: install version {2}.{3} or later.</source>
        <translation>{1} 处的 Blender {0} 太旧：请安装 {2}.{3} 或更高版本。</translation>
    </message>
    <message>
        <source>Bring all to one version, the database's first: `render-manager db upgrade`.</source>
        <translation>请把它们都更新到同一版本，先更新数据库：`render-manager db upgrade`。</translation>
    </message>
    <message>
        <source>Broker</source>
        <translation>消息代理</translation>
    </message>
    <message>
        <source>Bucket</source>
        <translation>存储桶</translation>
    </message>
    <message>
        <source>Checksums</source>
        <translation>校验和</translation>
    </message>
    <message>
        <source>Chinese is shown by {0}.</source>
        <translation>中文由字体 {0} 显示。</translation>
    </message>
    <message>
        <source>Clean up finished tasks (`render-manager cleanup`), or lower MIN_FREE_DISK_GB there.</source>
        <translation>请清理已结束的任务（`render-manager cleanup`），或在那里调低 MIN_FREE_DISK_GB。</translation>
    </message>
    <message>
        <source>Cleaning up</source>
        <translation>正在清理</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>时钟</translation>
    </message>
    <message>
        <source>Computed by the C extension of crcmod, {0} MB/s.</source>
        <translation>由 crcmod 的 C 扩展计算，{0} MB/s。</translation>
    </message>
    <message>
        <source>Copying the project file</source>
        <translation>正在复制工程文件</translation>
    </message>
    <message>
        <source>Correct DATABASE_URL, or: {0}</source>
        <translation>请更正 DATABASE_URL，或者：{0}</translation>
    </message>
    <message>
        <source>Correct OSS_ACCESS_KEY_ID; a key that was deleted or disabled is made anew in the RAM console.</source>
        <translation>请更正 OSS_ACCESS_KEY_ID；已删除或已禁用的密钥请在 RAM 控制台重新创建。</translation>
    </message>
    <message>
        <source>Correct OSS_ACCESS_KEY_SECRET: copy it anew, without quotes or spaces; and OSS_REGION, where it is set.</source>
        <translation>请更正 OSS_ACCESS_KEY_SECRET：重新复制，不带引号和空格；如果设置了 OSS_REGION，也请检查。</translation>
    </message>
    <message>
        <source>Correct OSS_BUCKET_NAME or OSS_ENDPOINT, or make the bucket.</source>
        <translation>请更正 OSS_BUCKET_NAME 或 OSS_ENDPOINT，或创建该存储桶。</translation>
    </message>
    <message>
        <source>Correct OSS_ENDPOINT, or see to the network and its proxy.</source>
        <translation>请更正 OSS_ENDPOINT，或检查网络及其代理。</translation>
    </message>
    <message>
        <source>Correct the OSS settings.</source>
        <translation>请更正 OSS 设置。</translation>
    </message>
    <message>
        <source>Correct the names; docs/settings.md has them all.</source>
        <translation>请更正这些名称；全部名称见 docs/settings.md。</translation>
    </message>
    <message>
        <source>Correct {0}, or install {1} anew.</source>
        <translation>请更正 {0}，或重新安装 {1}。</translation>
    </message>
    <message>
        <source>Cycles or EEVEE samples per pixel</source>
        <translation>Cycles 或 EEVEE 的每像素采样数</translation>
    </message>
    <message>
        <source>Database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Downloading {0} % of {1}</source>
        <translation>正在下载 {0}%，共 {1}</translation>
    </message>
    <message>
        <source>Downloads are linked into workspaces: they take their room once.</source>
        <translation>下载的文件以链接方式放入工作区：只占一份空间。</translation>
    </message>
    <message>
        <source>Downloads can't be linked into workspaces ({0}): each is copied, and takes twice the room.</source>
        <translation>下载的文件无法链接到工作区（{0}）：每个文件都要复制，占用两倍空间。</translation>
    </message>
    <message>
        <source>Downloads removed</source>
        <translation>已删除下载的文件</translation>
    </message>
    <message>
        <source>Each worker has a name of its own.</source>
        <translation>每个渲染节点都有自己的名称。</translation>
    </message>
    <message>
        <source>Enable one: `render-manager worker enable {0}`.</source>
        <translation>请启用一个：`render-manager worker enable {0}`。</translation>
    </message>
    <message>
        <source>Engine {0} is not known; use one of: {1}.</source>
        <translation>未知的渲染引擎 {0}；可用：{1}。</translation>
    </message>
    <message>
        <source>Every online host that could render it is low on disk ({0}): clean up finished tasks, or lower MIN_FREE_DISK_GB there.</source>
        <translation>所有可渲染它的在线主机磁盘空间都不足（{0}）：请清理已结束的任务，或在这些主机上调低 MIN_FREE_DISK_GB。</translation>
    </message>
    <message>
        <source>Every online worker is disabled: enable one.</source>
        <translation>所有在线渲染节点都已停用：请启用一个。</translation>
    </message>
    <message>
        <source>Every online worker that could render it is disabled ({0}): enable one.</source>
        <translation>所有可渲染它的在线渲染节点都已停用（{0}）：请启用一个。</translation>
    </message>
    <message>
        <source>Eviction</source>
        <translation>淘汰策略</translation>
    </message>
    <message>
        <source>Fetch new temporary credentials, or use a lasting key without OSS_SECURITY_TOKEN.</source>
        <translation>请获取新的临时凭证，或使用长期密钥并去掉 OSS_SECURITY_TOKEN。</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>File {0} does not exist or is no file.</source>
        <translation>文件 {0} 不存在，或不是文件。</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Folder {0} can't be made: {1}.</source>
        <translation>无法创建文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>Folder {0} holds no file that could be rendered.</source>
        <translation>文件夹 {0} 中没有可渲染的文件。</translation>
    </message>
    <message>
        <source>Fonts</source>
        <translation>字体</translation>
    </message>
    <message>
        <source>For a desk run pip install '.[gui]' in the checkout.</source>
        <translation>如需在工作站上使用窗口，请在源码目录中运行 pip install '.[gui]'。</translation>
    </message>
    <message>
        <source>For the window log in at a desk: neither DISPLAY nor WAYLAND_DISPLAY is set.</source>
        <translation>如需使用窗口，请在工作站上登录：DISPLAY 和 WAYLAND_DISPLAY 均未设置。</translation>
    </message>
    <message>
        <source>Frame {0} has no attempt {1}: it was tried {2} time(s).</source>
        <translation>第 {0} 帧没有第 {1} 次尝试：共尝试过 {2} 次。</translation>
    </message>
    <message>
        <source>Frame {0} has no log yet: its renderer has not started.</source>
        <translation>第 {0} 帧尚无日志：渲染器还未启动。</translation>
    </message>
    <message>
        <source>Frame {0}: {1}</source>
        <translation>第 {0} 帧：{1}</translation>
    </message>
    <message>
        <source>Frame {0}: {1} can't be read or written: {2}.</source>
        <translation>第 {0} 帧：无法读写 {1}：{2}。</translation>
    </message>
    <message>
        <source>Frame {0}: {1} can't be read: {2}.</source>
        <translation>第 {0} 帧：无法读取 {1}：{2}。</translation>
    </message>
    <message>
        <source>Frames that wait: {0}.</source>
        <translation>等待中的帧：{0}。</translation>
    </message>
    <message>
        <source>Frame{0} {1}: not in the object store</source>
        <translation>帧 {1}：不在对象存储中</translation>
    </message>
    <message>
        <source>Free space</source>
        <translation>可用空间</translation>
    </message>
    <message>
        <source>Graphics cards</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>How much is gained where something is kept is known only afterwards: ask for disk space without keeping anything, or choose tasks in another way.</source>
        <translation>若保留部分内容，能腾出多少空间要到清理后才知道：请选择全部删除来腾出空间，或用其他条件选择任务。</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Install the package that has the library which it names.</source>
        <translation>请安装包含所指库文件的软件包。</translation>
    </message>
    <message>
        <source>Install {0} on this host.</source>
        <translation>请在本主机上安装 {0}。</translation>
    </message>
    <message>
        <source>It answers.</source>
        <translation>有应答。</translation>
    </message>
    <message>
        <source>It can't be read: {0}.</source>
        <translation>无法读取：{0}。</translation>
    </message>
    <message>
        <source>It does not answer in time.</source>
        <translation>没有及时应答。</translation>
    </message>
    <message>
        <source>It has no tables of Render Manager yet.</source>
        <translation>其中还没有 Render Manager 的表。</translation>
    </message>
    <message>
        <source>It is next in {0}</source>
        <translation>队列 {0} 中下一个就轮到它</translation>
    </message>
    <message>
        <source>It is the next frame of its task.</source>
        <translation>它是本任务的下一帧。</translation>
    </message>
    <message>
        <source>It takes writes.</source>
        <translation>可以写入。</translation>
    </message>
    <message>
        <source>It waits for its turn</source>
        <translation>正在排队等候</translation>
    </message>
    <message>
        <source>It was tried before, and such frames come last.</source>
        <translation>它之前尝试过，这样的帧排在最后。</translation>
    </message>
    <message>
        <source>Its tables are at version {0}, newer than the {1} of this program.</source>
        <translation>其中的表是版本 {0}，比本程序的 {1} 更新。</translation>
    </message>
    <message>
        <source>Its tables are at version {0}, this program needs {1}.</source>
        <translation>其中的表是版本 {0}，本程序需要 {1}。</translation>
    </message>
    <message>
        <source>Its tables are at version {0}.</source>
        <translation>其中的表是版本 {0}。</translation>
    </message>
    <message>
        <source>Its worker {0} is gone</source>
        <translation>它的渲染节点 {0} 已不存在</translation>
    </message>
    <message>
        <source>Its worker {0} was last heard of {1} s ago</source>
        <translation>它的渲染节点 {0} 已有 {1} 秒没有消息</translation>
    </message>
    <message>
        <source>Keep it on a disk of this machine, or use PostgreSQL for several hosts (DATABASE_URL).</source>
        <translation>请把它放在本机的磁盘上；多台主机请使用 PostgreSQL（DATABASE_URL）。</translation>
    </message>
    <message>
        <source>Keep {0} on the same disk as {1}, on one that knows hard links (NTFS, ext4, XFS, APFS).</source>
        <translation>请把 {0} 和 {1} 放在同一块支持硬链接的磁盘上（NTFS、ext4、XFS、APFS）。</translation>
    </message>
    <message>
        <source>LEASE_SECONDS must be at least three times HEARTBEAT_SECONDS</source>
        <translation>LEASE_SECONDS 必须至少是 HEARTBEAT_SECONDS 的三倍</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>Let its RAM user do oss:PutObject, oss:GetObject, oss:ListObjects and oss:DeleteObject in the bucket {0}.</source>
        <translation>请允许其 RAM 用户在存储桶 {0} 中执行 oss:PutObject、oss:GetObject、oss:ListObjects 和 oss:DeleteObject。</translation>
    </message>
    <message>
        <source>Let the user of REDIS_URL run PING and INFO (ACL SETUSER).</source>
        <translation>请允许 REDIS_URL 中的用户执行 PING 和 INFO（ACL SETUSER）。</translation>
    </message>
    <message>
        <source>Let the user of this program write there (owner, rights, a disk that is not mounted read-only), or set {0} to a folder that can be written.</source>
        <translation>请让运行本程序的用户可以在那里写入（所有者、权限、磁盘不能以只读方式挂载），或把 {0} 设为可写的文件夹。</translation>
    </message>
    <message>
        <source>Links</source>
        <translation>链接</translation>
    </message>
    <message>
        <source>Low on disk: {0}. These hosts take no task whose project they do not have.</source>
        <translation>磁盘空间不足：{0}。这些主机不再接受尚无工程的任务。</translation>
    </message>
    <message>
        <source>Make room (`render-manager cleanup`), set WORKSPACE_ROOT_DIR to another disk, or lower MIN_FREE_DISK_GB.</source>
        <translation>请腾出空间（`render-manager cleanup`），把 WORKSPACE_ROOT_DIR 设到另一块磁盘，或调低 MIN_FREE_DISK_GB。</translation>
    </message>
    <message>
        <source>Make room, or set {0} to another disk.</source>
        <translation>请腾出空间，或把 {0} 设到另一块磁盘。</translation>
    </message>
    <message>
        <source>Max attempts</source>
        <translation>最多尝试次数</translation>
    </message>
    <message>
        <source>Max workers</source>
        <translation>最多渲染节点数</translation>
    </message>
    <message>
        <source>Maya can't write its preferences folder (MAYA_APP_DIR)</source>
        <translation>Maya 无法写入其首选项文件夹（MAYA_APP_DIR）</translation>
    </message>
    <message>
        <source>Maya crashed</source>
        <translation>Maya 崩溃</translation>
    </message>
    <message>
        <source>Maya ended with exit code {0} and did not say that the scene was completed.</source>
        <translation>Maya 以退出码 {0} 结束，且未报告场景渲染完成。</translation>
    </message>
    <message>
        <source>Maya ended with exit code {0} and said nothing: it could not start on this host.</source>
        <translation>Maya 以退出码 {0} 结束且没有任何输出：它无法在本主机上启动。</translation>
    </message>
    <message>
        <source>Maya failed to render; the frame's log may say why</source>
        <translation>Maya 渲染失败；原因可能在该帧的日志中</translation>
    </message>
    <message>
        <source>Maya was not found on this host: install it or set MAYA_EXECUTABLE.</source>
        <translation>本主机上找不到 Maya：请安装或设置 MAYA_EXECUTABLE。</translation>
    </message>
    <message>
        <source>Migrated</source>
        <translation>表版本</translation>
    </message>
    <message>
        <source>More than {0} tasks are ahead</source>
        <translation>前面有超过 {0} 个任务</translation>
    </message>
    <message>
        <source>Move the file away if it is damaged; the program makes a new one.</source>
        <translation>如果文件已损坏，请把它移走；程序会新建一个。</translation>
    </message>
    <message>
        <source>MoviePipelinePrimaryConfig asset with the settings to start from</source>
        <translation>作为初始设置的 MoviePipelinePrimaryConfig 资产</translation>
    </message>
    <message>
        <source>MoviePipelineQueue asset to render as it is saved: all its jobs at once, by one worker</source>
        <translation>按保存的内容渲染的 MoviePipelineQueue 资产：所有作业由一个渲染节点一次完成</translation>
    </message>
    <message>
        <source>Name a place that can be written.</source>
        <translation>请指定可写的位置。</translation>
    </message>
    <message>
        <source>Name the primary in its place.</source>
        <translation>请改为填写主节点。</translation>
    </message>
    <message>
        <source>Name {0} can't be used: give up to {1} characters on one line.</source>
        <translation>名称 {0} 不可用：请填写一行、不超过 {1} 个字符。</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Names keep upper and lower case apart.</source>
        <translation>名称区分大小写。</translation>
    </message>
    <message>
        <source>Network share</source>
        <translation>网络共享</translation>
    </message>
    <message>
        <source>No Redis can be reached at {0} ({1}).</source>
        <translation>无法连接 {0} 处的 Redis（{1}）。</translation>
    </message>
    <message>
        <source>No Redis server was found on this machine: install one ({0}), or set REDIS_HOST or REDIS_URL.</source>
        <translation>本机上找不到 Redis 服务器：请安装（{0}），或设置 REDIS_HOST 或 REDIS_URL。</translation>
    </message>
    <message>
        <source>No font with Chinese was found: names in it are shown as boxes.</source>
        <translation>没有找到中文字体：中文名称会显示为方框。</translation>
    </message>
    <message>
        <source>No frames given: write for example "1-24", "1-100x2" or "1,5,10-20".</source>
        <translation>未填写帧：例如 "1-24"、"1-100x2" 或 "1,5,10-20"。</translation>
    </message>
    <message>
        <source>No host that is online is low on disk.</source>
        <translation>在线的主机磁盘空间都充足。</translation>
    </message>
    <message>
        <source>No licence was free for the renderer</source>
        <translation>渲染器没有可用的许可证</translation>
    </message>
    <message>
        <source>No name is misspelt, was renamed, or is no longer used.</source>
        <translation>没有拼写错误、已改名或不再使用的名称。</translation>
    </message>
    <message>
        <source>No online worker can run {0}.</source>
        <translation>没有在线渲染节点能运行 {0}。</translation>
    </message>
    <message>
        <source>No online worker listens to the queue {0}.</source>
        <translation>没有在线渲染节点监听队列 {0}。</translation>
    </message>
    <message>
        <source>No online worker that could render it listens to the queue {0}.</source>
        <translation>可渲染它的在线渲染节点都不监听队列 {0}。</translation>
    </message>
    <message>
        <source>No online worker with {0} has what the task requires: {1}.</source>
        <translation>装有 {0} 的在线渲染节点都不满足任务要求：{1}。</translation>
    </message>
    <message>
        <source>No task waits.</source>
        <translation>没有等待中的任务。</translation>
    </message>
    <message>
        <source>No window can be opened: Qt's plugin {0} can't be loaded ({1}).</source>
        <translation>无法打开窗口：不能加载 Qt 插件 {0}（{1}）。</translation>
    </message>
    <message>
        <source>No window can be opened: the display {0} does not answer.</source>
        <translation>无法打开窗口：显示器 {0} 没有响应。</translation>
    </message>
    <message>
        <source>No worker is online there.</source>
        <translation>该主机上没有在线的渲染节点。</translation>
    </message>
    <message>
        <source>No worker is online.</source>
        <translation>没有在线的渲染节点。</translation>
    </message>
    <message>
        <source>No worker is online: start one.</source>
        <translation>没有在线的渲染节点：请启动一个。</translation>
    </message>
    <message>
        <source>No worker listens; the window and `render-manager up` start one.</source>
        <translation>没有渲染节点在监听；窗口和 `render-manager up` 会启动一个。</translation>
    </message>
    <message>
        <source>No worker that could render it takes it now</source>
        <translation>可渲染它的渲染节点目前都不会领取它</translation>
    </message>
    <message>
        <source>No worker that takes frames listens to this queue. {0}</source>
        <translation>没有可接收帧的渲染节点监听此队列。{0}</translation>
    </message>
    <message>
        <source>None was found by nvidia-smi: frames are rendered by the processor.</source>
        <translation>nvidia-smi 没有找到显卡：帧由处理器渲染。</translation>
    </message>
    <message>
        <source>Not looked at: it needs {0}.</source>
        <translation>未检查，需要先有：{0}。</translation>
    </message>
    <message>
        <source>OSS can't serve bucket {0} at the moment ({1}); try later.</source>
        <translation>OSS 暂时无法访问存储桶 {0}（{1}）；请稍后再试。</translation>
    </message>
    <message>
        <source>OSS does not know the access key id.</source>
        <translation>OSS 不认识该 AccessKey ID。</translation>
    </message>
    <message>
        <source>OSS does not take the region that requests are signed for.</source>
        <translation>OSS 不接受请求签名所用的地域。</translation>
    </message>
    <message>
        <source>OSS does not take the security token, or asks for one.</source>
        <translation>OSS 不接受该安全令牌，或要求提供安全令牌。</translation>
    </message>
    <message>
        <source>OSS is configured in part: also set {0}, or none of them</source>
        <translation>OSS 只配置了一部分：请同时设置 {0}，或全部不设置</translation>
    </message>
    <message>
        <source>OSS is not configured: a folder of this machine stands in for it.</source>
        <translation>没有配置 OSS：由本机的一个文件夹代替。</translation>
    </message>
    <message>
        <source>OSS refused the request because this machine's clock is wrong; set the time.</source>
        <translation>OSS 拒绝了请求，因为本机时钟不准；请校准时间。</translation>
    </message>
    <message>
        <source>OSS refused the request for {0} in bucket {1} ({2}).</source>
        <translation>OSS 拒绝了对存储桶 {1} 中 {0} 的请求（{2}）。</translation>
    </message>
    <message>
        <source>OSS refuses requests, as this machine's clock is wrong.</source>
        <translation>本机时钟不准，OSS 拒绝了请求。</translation>
    </message>
    <message>
        <source>OSS takes the key.</source>
        <translation>OSS 接受该密钥。</translation>
    </message>
    <message>
        <source>OSS takes this machine's time.</source>
        <translation>OSS 接受本机的时间。</translation>
    </message>
    <message>
        <source>OSS_ENDPOINT {0} or OSS_BUCKET_NAME {1} is not valid: the endpoint is a host such as oss-cn-hangzhou.aliyuncs.com, the bucket 3–63 lower-case letters, digits and dashes.</source>
        <translation>OSS_ENDPOINT {0} 或 OSS_BUCKET_NAME {1} 无效：endpoint 应为 oss-cn-hangzhou.aliyuncs.com 这样的主机名，存储桶名为 3–63 个小写字母、数字和短横线。</translation>
    </message>
    <message>
        <source>Object store</source>
        <translation>对象存储</translation>
    </message>
    <message>
        <source>Object {0} arrived damaged each time (size or checksum differ); a proxy or the network changes what is sent.</source>
        <translation>对象 {0} 每次收到时都已损坏（大小或校验和不符）；代理或网络改动了传输内容。</translation>
    </message>
    <message>
        <source>Object {0} is in archive storage; restore it in the OSS console first.</source>
        <translation>对象 {0} 处于归档存储；请先在 OSS 控制台解冻。</translation>
    </message>
    <message>
        <source>Object {0} was replaced while it was being read; try again.</source>
        <translation>读取时对象 {0} 被替换；请重试。</translation>
    </message>
    <message>
        <source>On Debian and Ubuntu: `sudo apt-get install -y --no-install-recommends {0}`.</source>
        <translation>在 Debian 和 Ubuntu 上：`sudo apt-get install -y --no-install-recommends {0}`。</translation>
    </message>
    <message>
        <source>Only one worker may be at it, and one is.</source>
        <translation>最多只允许一个渲染节点渲染它，目前已有一个。</translation>
    </message>
    <message>
        <source>OpenImageIO is not installed: a worker of this machine can't check what it renders.</source>
        <translation>没有安装 OpenImageIO：本机的渲染节点无法检查渲染结果。</translation>
    </message>
    <message>
        <source>OpenImageIO is there to check rendered images with.</source>
        <translation>已有 OpenImageIO，可用来检查渲染出的图像。</translation>
    </message>
    <message>
        <source>Opening {0}</source>
        <translation>正在打开 {0}</translation>
    </message>
    <message>
        <source>Option {0} = {1} is no path of an Unreal asset; write it like /Game/Cinematics/Shot010.</source>
        <translation>选项 {0} = {1} 不是 Unreal 资产路径；请写成 /Game/Cinematics/Shot010 的形式。</translation>
    </message>
    <message>
        <source>Option {0} = {1} is not one of: {2}.</source>
        <translation>选项 {0} = {1} 不在可选值中：{2}。</translation>
    </message>
    <message>
        <source>Option {0} = {1} is not {2}.</source>
        <translation>选项 {0} = {1} 应为：{2}。</translation>
    </message>
    <message>
        <source>Option {0} = {1} is out of range: {2} to {3}.</source>
        <translation>选项 {0} = {1} 超出范围：{2} 到 {3}。</translation>
    </message>
    <message>
        <source>Option {0} = {1} may not begin with a dash or hold control characters.</source>
        <translation>选项 {0} = {1} 不能以短横线开头，也不能含有控制字符。</translation>
    </message>
    <message>
        <source>Option {0} is not known to {1}; it understands: {2}.</source>
        <translation>{1} 不认识选项 {0}；可用：{2}。</translation>
    </message>
    <message>
        <source>Out of memory: {0}</source>
        <translation>内存不足：{0}</translation>
    </message>
    <message>
        <source>Paths</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>Paused: resume it.</source>
        <translation>已暂停：请继续任务。</translation>
    </message>
    <message>
        <source>Permissions</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Persistence</source>
        <translation>持久化</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Priority {0} is out of range: use {1} (lowest) to {2} (highest).</source>
        <translation>优先级 {0} 超出范围：请用 {1}（最低）到 {2}（最高）。</translation>
    </message>
    <message>
        <source>Project file {0} must be a path inside the project.</source>
        <translation>工程文件 {0} 必须是工程内的路径。</translation>
    </message>
    <message>
        <source>Put Redis nearer, or see what slows the network.</source>
        <translation>请把 Redis 放近一些，或查明网络变慢的原因。</translation>
    </message>
    <message>
        <source>Put it right in the environment or the .env file.</source>
        <translation>请在环境变量或 .env 文件中更正。</translation>
    </message>
    <message>
        <source>Put the database nearer to the workers, or see what slows the network or its server.</source>
        <translation>请把数据库放得离渲染节点近一些，或查明网络或数据库服务器变慢的原因。</translation>
    </message>
    <message>
        <source>Put the file right, or name another by RENDER_MANAGER_ENV_FILE.</source>
        <translation>请更正该文件，或用 RENDER_MANAGER_ENV_FILE 指定另一个。</translation>
    </message>
    <message>
        <source>QT_QPA_PLATFORM = {0}: Qt has no such plugin, so no window opens.</source>
        <translation>QT_QPA_PLATFORM = {0}：Qt 没有这个插件，因此窗口打不开。</translation>
    </message>
    <message>
        <source>Queue {0}</source>
        <translation>队列 {0}</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Queues can't be counted</source>
        <translation>无法统计队列</translation>
    </message>
    <message>
        <source>Reachable</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Read what the renderer says, and put that right.</source>
        <translation>请查看渲染器的输出并更正。</translation>
    </message>
    <message>
        <source>Redis answers, but does not let this user ask how it is ({0}).</source>
        <translation>Redis 有应答，但不允许该用户查询其状态（{0}）。</translation>
    </message>
    <message>
        <source>Redis can't be reached ({0}).</source>
        <translation>无法连接 Redis（{0}）。</translation>
    </message>
    <message>
        <source>Redis refuses the password, or asks for one ({0}).</source>
        <translation>Redis 拒绝了密码，或要求提供密码（{0}）。</translation>
    </message>
    <message>
        <source>Redis {0} is old.</source>
        <translation>Redis {0} 太旧。</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>Render the same with {0} by hand, and put that right.</source>
        <translation>请手动用 {0} 渲染同样的内容，找出并解决问题。</translation>
    </message>
    <message>
        <source>Renderers</source>
        <translation>渲染器</translation>
    </message>
    <message>
        <source>Report this with the bundle of `render-manager doctor --bundle FILE`.</source>
        <translation>请连同 `render-manager doctor --bundle FILE` 生成的支持包一起报告。</translation>
    </message>
    <message>
        <source>Required memory {0} is no number of gigabytes: write 32.</source>
        <translation>要求的内存 {0} 不是以 GB 为单位的数字：例如 32。</translation>
    </message>
    <message>
        <source>Required version {0} can't be read: write 4.2, &gt;=4.2, 3.6-4.2 or &gt;=3.6,&lt;4.</source>
        <translation>无法识别要求的版本 {0}：请写成 4.2、&gt;=4.2、3.6-4.2 或 &gt;=3.6,&lt;4。</translation>
    </message>
    <message>
        <source>Required version {0}: no version can be all of that.</source>
        <translation>要求的版本 {0}：没有版本能同时满足这些条件。</translation>
    </message>
    <message>
        <source>Retention: the task ended more than {0} days ago</source>
        <translation>保留期已过：任务结束已超过 {0} 天</translation>
    </message>
    <message>
        <source>Run CONFIG SET maxmemory-policy noeviction, and write maxmemory-policy noeviction into redis.conf.</source>
        <translation>请执行 CONFIG SET maxmemory-policy noeviction，并在 redis.conf 中写入 maxmemory-policy noeviction。</translation>
    </message>
    <message>
        <source>Run `render-manager db upgrade` once.</source>
        <translation>请运行一次 `render-manager db upgrade`。</translation>
    </message>
    <message>
        <source>Run pip install --force-reinstall crcmod-plus, whose wheels have the extension.</source>
        <translation>请运行 pip install --force-reinstall crcmod-plus，其安装包自带该扩展。</translation>
    </message>
    <message>
        <source>SOURCE_DIR_NAME, PROJECT_DIR_NAME and RENDERS_DIR_NAME must differ from one another</source>
        <translation>SOURCE_DIR_NAME、PROJECT_DIR_NAME 和 RENDERS_DIR_NAME 必须各不相同</translation>
    </message>
    <message>
        <source>Scripts in the editor failed with {0} errors or more: a script of the project or of a plug-in does not work on this host; the log has them.</source>
        <translation>编辑器中的脚本出现至少 {0} 个错误：工程或插件的脚本无法在本主机上运行；详见日志。</translation>
    </message>
    <message>
        <source>See that the server runs and lets this machine in, and correct DATABASE_URL (host, user, password, name).</source>
        <translation>请确认服务器正在运行并允许本机连接，并更正 DATABASE_URL（主机、用户、密码、库名）。</translation>
    </message>
    <message>
        <source>See to the disk.</source>
        <translation>请检查该磁盘。</translation>
    </message>
    <message>
        <source>See to the graphics driver or the licence.</source>
        <translation>请检查显卡驱动或许可证。</translation>
    </message>
    <message>
        <source>See what OSS means by {0}.</source>
        <translation>请查阅 OSS 对 {0} 的说明。</translation>
    </message>
    <message>
        <source>See whether a server or a disk hangs.</source>
        <translation>请查看是否有服务器或磁盘停止响应。</translation>
    </message>
    <message>
        <source>Set DISPLAY, and XAUTHORITY, as they are in the session at the screen, or log in there.</source>
        <translation>请将 DISPLAY 和 XAUTHORITY 设为显示器前会话中的值，或在那里登录。</translation>
    </message>
    <message>
        <source>Set OSS_ENDPOINT = https://{0}.</source>
        <translation>请设置 OSS_ENDPOINT = https://{0}。</translation>
    </message>
    <message>
        <source>Set OSS_REGION to that of the bucket, such as cn-hangzhou.</source>
        <translation>请把 OSS_REGION 设为存储桶所在的地域，例如 cn-hangzhou。</translation>
    </message>
    <message>
        <source>Set OSS_SECURITY_TOKEN together with the temporary key it came with, or leave it out for a lasting key.</source>
        <translation>请把 OSS_SECURITY_TOKEN 与同时获得的临时密钥一起设置；使用长期密钥时请去掉它。</translation>
    </message>
    <message>
        <source>Set REDIS_URL = redis://:password@host:6379/0 with the password that requirepass in redis.conf has; write @ in it as %40, / as %2F, # as %23.</source>
        <translation>请设置 REDIS_URL = redis://:password@host:6379/0，密码为 redis.conf 中 requirepass 的值；其中的 @ 写作 %40，/ 写作 %2F，# 写作 %23。</translation>
    </message>
    <message>
        <source>Set this machine's clock by NTP (timedatectl set-ntp true; w32tm /resync on Windows).</source>
        <translation>请用 NTP 校准本机时钟（timedatectl set-ntp true；Windows 上为 w32tm /resync）。</translation>
    </message>
    <message>
        <source>Set this machine's clock, or that of the database's server, by NTP.</source>
        <translation>请用 NTP 校准本机或数据库服务器的时钟。</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings: {0}.</source>
        <translation>设置：{0}。</translation>
    </message>
    <message>
        <source>Several tasks begin with {0}: give more of the id.</source>
        <translation>有多个任务的 ID 以 {0} 开头：请写得更长一些。</translation>
    </message>
    <message>
        <source>Signature</source>
        <translation>签名</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Some could not be uploaded.</source>
        <translation>部分文件未能上传。</translation>
    </message>
    <message>
        <source>Start a worker that listens to it: `render-worker --queues {0}`, or without --queues for all three.</source>
        <translation>请启动监听它的渲染节点：`render-worker --queues {0}`，不带 --queues 则监听全部三个队列。</translation>
    </message>
    <message>
        <source>Start it (systemctl start redis-server), let it listen to other hosts (bind in redis.conf), or correct REDIS_HOST and REDIS_PORT, or REDIS_URL.</source>
        <translation>请启动它（systemctl start redis-server），让它接受其他主机的连接（redis.conf 中的 bind），或更正 REDIS_HOST 和 REDIS_PORT，或 REDIS_URL。</translation>
    </message>
    <message>
        <source>Start one of them under another name (`render-worker --name`), or both without --name: then each is called by its host. Hosts that were copied need names of their own, too.</source>
        <translation>请让其中一个以另一个名称启动（`render-worker --name`），或两个都不带 --name：这样各以其主机命名。复制出来的主机也需要有自己的名称。</translation>
    </message>
    <message>
        <source>Start one: `render-worker` on a render host, `render-manager up` on this machine.</source>
        <translation>请启动一个：在渲染主机上用 `render-worker`，在本机上用 `render-manager up`。</translation>
    </message>
    <message>
        <source>Start the broker, or correct BROKER_URL; without it, tickets go over Redis.</source>
        <translation>请启动消息代理，或更正 BROKER_URL；不设置时，任务通知经由 Redis 传递。</translation>
    </message>
    <message>
        <source>Starting a worker of this machine</source>
        <translation>正在启动本机的渲染节点</translation>
    </message>
    <message>
        <source>Starting {0}</source>
        <translation>正在启动 {0}</translation>
    </message>
    <message>
        <source>Switch PingFang SC on in Font Book.</source>
        <translation>请在“字体册”中启用 PingFang SC。</translation>
    </message>
    <message>
        <source>Tag {0} can't be used: write 1–64 letters, digits, _ . : + or -.</source>
        <translation>标签 {0} 不可用：请使用 1–64 个字母、数字、_ . : + 或 -。</translation>
    </message>
    <message>
        <source>Take QT_QPA_PLATFORM out of the environment.</source>
        <translation>请从环境变量中删除 QT_QPA_PLATFORM。</translation>
    </message>
    <message>
        <source>Task {0}</source>
        <translation>任务 {0}</translation>
    </message>
    <message>
        <source>Task {0} ({1}) is rendering {2} frame(s): cancel it or wait, then clean up.</source>
        <translation>任务 {0}（{1}）正在渲染 {2} 帧：请取消或等待其结束，然后再清理。</translation>
    </message>
    <message>
        <source>Task {0} does not exist, so no other can be rendered after it.</source>
        <translation>任务 {0} 不存在，不能作为前置任务。</translation>
    </message>
    <message>
        <source>Task {0} does not exist.</source>
        <translation>任务 {0} 不存在。</translation>
    </message>
    <message>
        <source>Task {0} does not exist; `render-manager tasks` lists those that do.</source>
        <translation>任务 {0} 不存在；可用 `render-manager tasks` 列出现有任务。</translation>
    </message>
    <message>
        <source>Task {0} does not wait for a project file to be chosen.</source>
        <translation>任务 {0} 并未等待选择工程文件。</translation>
    </message>
    <message>
        <source>Task {0} has no completed frame{1} yet.</source>
        <translation>任务 {0} 还没有已完成的帧。</translation>
    </message>
    <message>
        <source>Task {0} has no frame {1}.</source>
        <translation>任务 {0} 没有第 {1} 帧。</translation>
    </message>
    <message>
        <source>Task {0} has no frame {1}; its frames are {2}.</source>
        <translation>任务 {0} 没有第 {1} 帧；它的帧为 {2}。</translation>
    </message>
    <message>
        <source>Task {0} is paused already.</source>
        <translation>任务 {0} 已经暂停。</translation>
    </message>
    <message>
        <source>Task {0} is {1} already: there is nothing to cancel.</source>
        <translation>任务 {0} 的状态已是“{1}”：无需取消。</translation>
    </message>
    <message>
        <source>Task {0} is {1}, not paused.</source>
        <translation>任务 {0} 的状态为“{1}”，并未暂停。</translation>
    </message>
    <message>
        <source>Task {0} is {1}: only a task with work left can be paused.</source>
        <translation>任务 {0} 的状态为“{1}”：只有尚未结束的任务才能暂停。</translation>
    </message>
    <message>
        <source>Task {0} waits for its project file to be chosen: choose it, and it goes on.</source>
        <translation>任务 {0} 正在等待选择工程文件：选定后会继续。</translation>
    </message>
    <message>
        <source>Task {0} waits for no other task.</source>
        <translation>任务 {0} 没有等待其他任务。</translation>
    </message>
    <message>
        <source>Task {0}: none of the frames {1} waits or failed, so none was skipped.</source>
        <translation>任务 {0}：帧 {1} 中没有等待中或失败的帧，因此未跳过任何帧。</translation>
    </message>
    <message>
        <source>Task {0}: nothing to retry, {1}.</source>
        <translation>任务 {0}：没有可重试的帧，{1}。</translation>
    </message>
    <message>
        <source>Tasks that are {0} can't be cleaned up in a batch: name them one by one.</source>
        <translation>状态为“{0}”的任务不能批量清理：请逐个指定。</translation>
    </message>
    <message>
        <source>Tasks that wait: {0}, {1} of them for something that does not come by itself.</source>
        <translation>等待中的任务：{0}，其中 {1} 个所等待的条件不会自行满足。</translation>
    </message>
    <message>
        <source>Test frame</source>
        <translation>测试帧</translation>
    </message>
    <message>
        <source>Test frame of {0}</source>
        <translation>{0} 的测试帧</translation>
    </message>
    <message>
        <source>The OSS endpoint {0} can't be reached or breaks the connection: check OSS_ENDPOINT, the network and the proxy.</source>
        <translation>无法连接 OSS endpoint {0}，或连接被断开：请检查 OSS_ENDPOINT、网络和代理。</translation>
    </message>
    <message>
        <source>The SQLite file {0} is on a network share ({1}), where its locks can't be relied on.</source>
        <translation>SQLite 文件 {0} 在网络共享（{1}）上，那里的文件锁不可靠。</translation>
    </message>
    <message>
        <source>The access key was refused for bucket {0} ({1}): check OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and what the key is allowed to do.</source>
        <translation>访问存储桶 {0} 时密钥被拒绝（{1}）：请检查 OSS_ACCESS_KEY_ID、OSS_ACCESS_KEY_SECRET 以及密钥的权限。</translation>
    </message>
    <message>
        <source>The broker can't be reached ({0}). {1}; check REDIS_HOST, REDIS_PORT or REDIS_URL, or BROKER_URL where that is set.</source>
        <translation>无法连接消息队列（{0}）。{1}；请检查 REDIS_HOST、REDIS_PORT 或 REDIS_URL，若设置了 BROKER_URL 也请检查。</translation>
    </message>
    <message>
        <source>The broker is away.</source>
        <translation>消息队列不可用。</translation>
    </message>
    <message>
        <source>The bucket {0} is in another region than {1}.</source>
        <translation>存储桶 {0} 与 {1} 不在同一地域。</translation>
    </message>
    <message>
        <source>The bucket {0} is there.</source>
        <translation>存储桶 {0} 存在。</translation>
    </message>
    <message>
        <source>The bundle {0} can't be written: {1}.</source>
        <translation>无法写入支持包 {0}：{1}。</translation>
    </message>
    <message>
        <source>The certificate of the OSS endpoint {0} can't be trusted.</source>
        <translation>OSS endpoint {0} 的证书不受信任。</translation>
    </message>
    <message>
        <source>The check-up was stopped.</source>
        <translation>检查已停止。</translation>
    </message>
    <message>
        <source>The clean-up waits: {0} image(s) of host {1} are not in the object store yet.</source>
        <translation>清理等待中：主机 {1} 还有 {0} 张图像未上传到对象存储。</translation>
    </message>
    <message>
        <source>The contact sheet {0} can't be written: {1}.</source>
        <translation>无法写入缩略图总览 {0}：{1}。</translation>
    </message>
    <message>
        <source>The database has no tables yet: run `render-manager db upgrade` once.</source>
        <translation>数据库中还没有数据表：请运行一次 `render-manager db upgrade`。</translation>
    </message>
    <message>
        <source>The database is at version {0}, newer than this program, which needs {1}: update Render Manager on this machine and start it again.</source>
        <translation>数据库版本为 {0}，比本程序所需的 {1} 新：请在本机更新 Render Manager 并重新启动。</translation>
    </message>
    <message>
        <source>The database is at version {0}, this program needs {1}: run `render-manager db upgrade` once (and update older programs of the farm).</source>
        <translation>数据库版本为 {0}，本程序需要 {1}：请运行一次 `render-manager db upgrade`（并更新农场中的旧版程序）。</translation>
    </message>
    <message>
        <source>The database is too busy: no connection became free in time.</source>
        <translation>数据库过于繁忙：未能及时获得连接。</translation>
    </message>
    <message>
        <source>The database {0} can't be copied to {1} before it is upgraded: {2}. Make room on that disk, then start again.</source>
        <translation>升级前无法将数据库 {0} 复制为 {1}：{2}。请在该磁盘上腾出空间，然后重新启动。</translation>
    </message>
    <message>
        <source>The database {0} can't be used: {1}. Check DATABASE_URL and that the server runs; a farm's tables are made by `render-manager db upgrade`.</source>
        <translation>无法使用数据库 {0}：{1}。请检查 DATABASE_URL，并确认数据库服务器正在运行；农场的数据表由 `render-manager db upgrade` 创建。</translation>
    </message>
    <message>
        <source>The disk became full while transferring {0}. Clean up finished tasks or choose another disk.</source>
        <translation>传输 {0} 时磁盘已满。请清理已结束的任务或换一个磁盘。</translation>
    </message>
    <message>
        <source>The disk of {0} became full while writing. Clean up finished tasks or choose another disk.</source>
        <translation>写入时 {0} 所在磁盘已满。请清理已结束的任务或换一个磁盘。</translation>
    </message>
    <message>
        <source>The disk of {0} can't be read: {1}.</source>
        <translation>无法读取 {0} 所在的磁盘：{1}。</translation>
    </message>
    <message>
        <source>The disk of {0} has {1} free; {2} are needed{3}. Clean up finished tasks or choose another disk.</source>
        <translation>{0} 所在磁盘剩余 {1}，需要 {2}{3}。请清理已结束的任务或换一个磁盘。</translation>
    </message>
    <message>
        <source>The disk of {0} is full ({1} left): clean up finished tasks or choose another disk.</source>
        <translation>{0} 所在磁盘已满（剩余 {1}）：请清理已结束的任务或换一个磁盘。</translation>
    </message>
    <message>
        <source>The disk of {0} is full.</source>
        <translation>{0} 所在的磁盘已满。</translation>
    </message>
    <message>
        <source>The embedded Redis ({0}) does not start: {1}.</source>
        <translation>内置 Redis（{0}）无法启动：{1}。</translation>
    </message>
    <message>
        <source>The embedded Redis is not running.</source>
        <translation>内置 Redis 未运行。</translation>
    </message>
    <message>
        <source>The embedded Redis is not running; workers find the task when they start.</source>
        <translation>内置 Redis 未运行；渲染节点启动后会找到该任务。</translation>
    </message>
    <message>
        <source>The engine could not load what is to be rendered: the map, the sequence or the preset is missing, damaged or from a newer engine</source>
        <translation>引擎无法加载要渲染的内容：关卡、序列或预设缺失、损坏或来自更新版本的引擎</translation>
    </message>
    <message>
        <source>The engine does not know our executor's class: the plug-ins PythonScriptPlugin and MovieRenderPipeline must be installed and may not be switched off</source>
        <translation>引擎无法识别所用的执行器类：必须安装并启用插件 PythonScriptPlugin 和 MovieRenderPipeline</translation>
    </message>
    <message>
        <source>The examination itself failed: {0}: {1}</source>
        <translation>检查本身失败：{0}：{1}</translation>
    </message>
    <message>
        <source>The farm</source>
        <translation>渲染农场</translation>
    </message>
    <message>
        <source>The file {0} can't be read as an image: {1}.</source>
        <translation>无法将文件 {0} 读取为图像：{1}。</translation>
    </message>
    <message>
        <source>The file {0} is older than this attempt: the renderer did not write it.</source>
        <translation>文件 {0} 早于本次尝试：它不是渲染器这次写出的。</translation>
    </message>
    <message>
        <source>The folder {0} can't be made: {1}.</source>
        <translation>无法创建文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>The folder {0} can't be made: {1}. Set RENDER_MANAGER_HOME to another place.</source>
        <translation>无法创建文件夹 {0}：{1}。请将 RENDER_MANAGER_HOME 设为其他位置。</translation>
    </message>
    <message>
        <source>The folder {0} for images can't be written: {1}.</source>
        <translation>无法写入图像文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>The folder {0} for the database can't be made: {1}. Set RENDER_MANAGER_HOME, or DATABASE_URL, to a place that can be written.</source>
        <translation>无法创建数据库文件夹 {0}：{1}。请将 RENDER_MANAGER_HOME 或 DATABASE_URL 设为可写的位置。</translation>
    </message>
    <message>
        <source>The folder {0} for workspaces can't be made: {1}. Set WORKSPACE_ROOT_DIR to one that can.</source>
        <translation>无法创建工作区文件夹 {0}：{1}。请将 WORKSPACE_ROOT_DIR 设为可创建的位置。</translation>
    </message>
    <message>
        <source>The graphics card stopped working: its driver may be old, or the card overheated</source>
        <translation>显卡停止工作：可能是驱动过旧或显卡过热</translation>
    </message>
    <message>
        <source>The host's memory is used up</source>
        <translation>主机内存已耗尽</translation>
    </message>
    <message>
        <source>The image {0} can't be read: {1}.</source>
        <translation>无法读取图像 {0}：{1}。</translation>
    </message>
    <message>
        <source>The image {0} is cut short or damaged: {1}.</source>
        <translation>图像 {0} 不完整或已损坏：{1}。</translation>
    </message>
    <message>
        <source>The image {0} is {1}×{2} pixels instead of {3}×{4}.</source>
        <translation>图像 {0} 的尺寸为 {1}×{2} 像素，应为 {3}×{4}。</translation>
    </message>
    <message>
        <source>The key may not list the bucket {0} ({1}).</source>
        <translation>该密钥不能列出存储桶 {0}（{1}）。</translation>
    </message>
    <message>
        <source>The key may not {0} below {1} ({2}).</source>
        <translation>该密钥在 {1} 下不能：{0}（{2}）。</translation>
    </message>
    <message>
        <source>The key may {0} below {1}.</source>
        <translation>该密钥在 {1} 下可以：{0}。</translation>
    </message>
    <message>
        <source>The lease ended without a heartbeat.</source>
        <translation>租约到期，未收到心跳。</translation>
    </message>
    <message>
        <source>The local worker ended by itself: {0} (its log: {1})</source>
        <translation>本机渲染节点自行退出：{0}（日志：{1}）</translation>
    </message>
    <message>
        <source>The log {0} can't be written: {1}.</source>
        <translation>无法写入日志 {0}：{1}。</translation>
    </message>
    <message>
        <source>The manifest {0} can't be read: {1}.</source>
        <translation>无法读取清单 {0}：{1}。</translation>
    </message>
    <message>
        <source>The memory of the graphics card is full: render smaller images, or on a host with a larger card</source>
        <translation>显存已满：请渲染更小的图像，或换用显存更大的主机</translation>
    </message>
    <message>
        <source>The memory of the host is full</source>
        <translation>主机内存已满</translation>
    </message>
    <message>
        <source>The object store folder {0} can't be reached.</source>
        <translation>无法访问对象存储文件夹 {0}。</translation>
    </message>
    <message>
        <source>The object store folder {0} holds no object {1}.</source>
        <translation>对象存储文件夹 {0} 中没有对象 {1}。</translation>
    </message>
    <message>
        <source>The path is empty: give {0}.</source>
        <translation>路径为空：请填写 {0}。</translation>
    </message>
    <message>
        <source>The probe object {0} is left.</source>
        <translation>探测对象 {0} 被留下。</translation>
    </message>
    <message>
        <source>The program brings them up to date at its next start.</source>
        <translation>程序下次启动时会更新它们。</translation>
    </message>
    <message>
        <source>The program has no Redis to run.</source>
        <translation>程序没有可运行的 Redis。</translation>
    </message>
    <message>
        <source>The program {0} is missing: install Render Manager again.</source>
        <translation>缺少程序 {0}：请重新安装 Render Manager。</translation>
    </message>
    <message>
        <source>The program's folder</source>
        <translation>程序文件夹</translation>
    </message>
    <message>
        <source>The program's own Redis answers.</source>
        <translation>程序自带的 Redis 有应答。</translation>
    </message>
    <message>
        <source>The program's own Redis is not running; it is started when needed: {0}.</source>
        <translation>程序自带的 Redis 没有运行；需要时会启动：{0}。</translation>
    </message>
    <message>
        <source>The project has no file {0}; it holds {1}. Give its path inside the project.</source>
        <translation>工程中没有文件 {0}，只有 {1}。请填写它在工程内的路径。</translation>
    </message>
    <message>
        <source>The project's C++ modules are missing or were built for another engine version: add its Binaries folder for this version, or install that version</source>
        <translation>工程的 C++ 模块缺失，或是为其他引擎版本编译的：请加入适用于此版本的 Binaries 文件夹，或安装对应版本</translation>
    </message>
    <message>
        <source>The renderer found no graphics card that it can use</source>
        <translation>渲染器找不到可用的显卡</translation>
    </message>
    <message>
        <source>The renderer reported success but left an empty file {0}.</source>
        <translation>渲染器报告成功，但留下的文件 {0} 是空的。</translation>
    </message>
    <message>
        <source>The renderer reported success but saved no file.</source>
        <translation>渲染器报告成功，但没有保存文件。</translation>
    </message>
    <message>
        <source>The renderer reported success but wrote no file {0}.</source>
        <translation>渲染器报告成功，但没有写出文件 {0}。</translation>
    </message>
    <message>
        <source>The saved settings left no image in the project's {0}, nor elsewhere in its folder: save them with an image format and the usual output folder, with {{frame_number}} in the name.</source>
        <translation>保存的设置没有在工程的 {0} 或其文件夹的其他位置生成图像：请在设置中指定图像格式和常用输出文件夹，并在文件名中包含 {{frame_number}}。</translation>
    </message>
    <message>
        <source>The saved settings rendered the frames {0} to {1} and not this one: ask for those, or leave out as_saved and queue.</source>
        <translation>保存的设置渲染的是第 {0} 到 {1} 帧，不包含本帧：请提交这些帧，或不填 as_saved 和 queue。</translation>
    </message>
    <message>
        <source>The scene mixes legacy render layers with render setup: Maya would render the wrong layer</source>
        <translation>场景混用了旧版渲染层和 Render Setup：Maya 会渲染错误的层</translation>
    </message>
    <message>
        <source>The scene needs Python of its own, which is not run. Submit with --set allow_scripts=true if you trust the scene, or with --set ignore_scripts=true to render it without.</source>
        <translation>场景需要运行自带的 Python，但目前不允许运行。若信任该场景，请以 --set allow_scripts=true 提交；或以 --set ignore_scripts=true 提交，不运行脚本直接渲染。</translation>
    </message>
    <message>
        <source>The secret does not belong to the access key id.</source>
        <translation>AccessKey Secret 与 AccessKey ID 不匹配。</translation>
    </message>
    <message>
        <source>The security token has expired.</source>
        <translation>安全令牌已过期。</translation>
    </message>
    <message>
        <source>The settings file {0} does not exist.</source>
        <translation>设置文件 {0} 不存在。</translation>
    </message>
    <message>
        <source>The task is kept, and workers find it by themselves</source>
        <translation>任务已保存，渲染节点会自行找到它</translation>
    </message>
    <message>
        <source>The window is not installed: PySide6 is missing. Workers and commands need none.</source>
        <translation>未安装窗口：缺少 PySide6。渲染节点和命令行不需要窗口。</translation>
    </message>
    <message>
        <source>The worker can't be asked for the log</source>
        <translation>无法向渲染节点索取日志</translation>
    </message>
    <message>
        <source>The worker failed: {0}: {1}</source>
        <translation>渲染节点出错：{0}：{1}</translation>
    </message>
    <message>
        <source>The worker was lost while rendering; tried {0} times.</source>
        <translation>渲染时节点失联；已尝试 {0} 次。</translation>
    </message>
    <message>
        <source>The workspace {0} can't be written: {1}.</source>
        <translation>无法写入工作区 {0}：{1}。</translation>
    </message>
    <message>
        <source>The workspace {0} of task {1} would lie outside {2}.</source>
        <translation>任务 {1} 的工作区 {0} 将位于 {2} 之外。</translation>
    </message>
    <message>
        <source>There are no job objects on this system.</source>
        <translation>此系统没有作业对象（Job Object）。</translation>
    </message>
    <message>
        <source>There is no .env file: the environment and the defaults hold.</source>
        <translation>没有 .env 文件：以环境变量和默认值为准。</translation>
    </message>
    <message>
        <source>There is no bucket {0} at {1}.</source>
        <translation>{1} 没有存储桶 {0}。</translation>
    </message>
    <message>
        <source>There is no bucket {0} at {1}: check OSS_BUCKET_NAME and OSS_ENDPOINT.</source>
        <translation>{1} 上没有存储桶 {0}：请检查 OSS_BUCKET_NAME 和 OSS_ENDPOINT。</translation>
    </message>
    <message>
        <source>There is no database yet.</source>
        <translation>还没有数据库。</translation>
    </message>
    <message>
        <source>There is no database yet; the program makes it at its first start: {0}.</source>
        <translation>还没有数据库；程序首次启动时会创建：{0}。</translation>
    </message>
    <message>
        <source>There is no display: no window can be opened in this session. Workers and commands need none.</source>
        <translation>没有显示器：在此会话中无法打开窗口。渲染节点和命令行不需要窗口。</translation>
    </message>
    <message>
        <source>There is no engine {0}.</source>
        <translation>没有渲染引擎 {0}。</translation>
    </message>
    <message>
        <source>There is no file {0}.</source>
        <translation>没有文件 {0}。</translation>
    </message>
    <message>
        <source>There is no object oss://{0}/{1}.</source>
        <translation>没有对象 oss://{0}/{1}。</translation>
    </message>
    <message>
        <source>There is no setting {0}: {1}</source>
        <translation>没有名为 {0} 的设置：{1}</translation>
    </message>
    <message>
        <source>There is no worker {0}; `render-manager workers` lists them.</source>
        <translation>没有渲染节点 {0}；可用 `render-manager workers` 列出。</translation>
    </message>
    <message>
        <source>This Redis is a replica and takes no writes.</source>
        <translation>该 Redis 是副本，不接受写入。</translation>
    </message>
    <message>
        <source>This disk takes upper and lower case for the same: projects must not rely on it.</source>
        <translation>该磁盘不区分大小写：工程不能依赖大小写。</translation>
    </message>
    <message>
        <source>This machine</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>This machine's clock and that of OSS agree.</source>
        <translation>本机时钟与 OSS 的时钟一致。</translation>
    </message>
    <message>
        <source>This machine's clock and the database's agree.</source>
        <translation>本机时钟与数据库的时钟一致。</translation>
    </message>
    <message>
        <source>This machine's clock is {0} minutes ahead of that of OSS.</source>
        <translation>本机时钟比 OSS 的快 {0} 分钟。</translation>
    </message>
    <message>
        <source>This machine's clock is {0} minutes behind that of OSS.</source>
        <translation>本机时钟比 OSS 的慢 {0} 分钟。</translation>
    </message>
    <message>
        <source>This machine's clock is {0} s ahead of the database's.</source>
        <translation>本机时钟比数据库的快 {0} 秒。</translation>
    </message>
    <message>
        <source>This machine's clock is {0} s behind the database's.</source>
        <translation>本机时钟比数据库的慢 {0} 秒。</translation>
    </message>
    <message>
        <source>Tickets: {0}</source>
        <translation>任务通知：{0}</translation>
    </message>
    <message>
        <source>Unpacking</source>
        <translation>正在解压</translation>
    </message>
    <message>
        <source>Unreal Engine can't be given {0}: it holds a quotation mark.</source>
        <translation>不能将 {0} 传给 Unreal Engine：其中含有引号。</translation>
    </message>
    <message>
        <source>Unreal Engine crashed</source>
        <translation>Unreal Engine 崩溃</translation>
    </message>
    <message>
        <source>Unreal Engine says that the render failed, but not why; its log may tell.</source>
        <translation>Unreal Engine 报告渲染失败但未说明原因；请查看其日志。</translation>
    </message>
    <message>
        <source>Unreal Engine says: {0}</source>
        <translation>Unreal Engine 报告：{0}</translation>
    </message>
    <message>
        <source>Unreal Engine was not found on this host: install it, or set UE_EXECUTABLE to its UnrealEditor-Cmd.</source>
        <translation>本主机上找不到 Unreal Engine：请安装，或将 UE_EXECUTABLE 设为其 UnrealEditor-Cmd。</translation>
    </message>
    <message>
        <source>Update Redis to version {0} or later.</source>
        <translation>请把 Redis 更新到版本 {0} 或更高。</translation>
    </message>
    <message>
        <source>Update this program.</source>
        <translation>请更新本程序。</translation>
    </message>
    <message>
        <source>Use one of {0}.</source>
        <translation>请使用其中之一：{0}。</translation>
    </message>
    <message>
        <source>Use the endpoint of the nearest region.</source>
        <translation>请使用最近地域的 Endpoint。</translation>
    </message>
    <message>
        <source>User {0} can't be used: it becomes a folder name, so give 1–128 letters, digits, _ . @ + = or -, without a path separator and not beginning or ending with a dot.</source>
        <translation>用户名 {0} 不可用：它会用作文件夹名，请使用 1–128 个字母、数字、_ . @ + = 或 -，不含路径分隔符，且不以点开头或结尾。</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Waiting for another task of this host that downloads the same project</source>
        <translation>正在等待本主机上另一个任务下载同一工程</translation>
    </message>
    <message>
        <source>Waiting for another worker of this host to prepare the project</source>
        <translation>正在等待本主机上另一个渲染节点准备工程</translation>
    </message>
    <message>
        <source>Waiting tasks</source>
        <translation>等待中的任务</translation>
    </message>
    <message>
        <source>Waits for its project file to be chosen: {0}.</source>
        <translation>等待选择工程文件：{0}。</translation>
    </message>
    <message>
        <source>Waits for task {0} ({1}), which is {2}: retry that one, or release this one.</source>
        <translation>等待的任务 {0}（{1}）状态为“{2}”：请重试那个任务，或让本任务不再等待。</translation>
    </message>
    <message>
        <source>Waits until task {0} ({1}) is completed.</source>
        <translation>等待任务 {0}（{1}）完成。</translation>
    </message>
    <message>
        <source>What is rendered as it is saved has its own settings: leave out task_info {0}.</source>
        <translation>按保存内容渲染时使用其自带的设置：请去掉 task_info 中的 {0}。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Without a licence the image has a watermark</source>
        <translation>没有许可证，图像带有水印</translation>
    </message>
    <message>
        <source>Worker {0} is gone.</source>
        <translation>渲染节点 {0} 已不存在。</translation>
    </message>
    <message>
        <source>Worker {0} is offline: there is nothing to drain.</source>
        <translation>渲染节点 {0} 已离线：无需让它退出。</translation>
    </message>
    <message>
        <source>Worker {0} is online: stop it first.</source>
        <translation>渲染节点 {0} 在线：请先停止它。</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>Workers of another version than this program ({0}): {1}.</source>
        <translation>与本程序（{0}）版本不同的渲染节点：{1}。</translation>
    </message>
    <message>
        <source>Workers that listen: {0}. {1}</source>
        <translation>监听的渲染节点：{0}。{1}</translation>
    </message>
    <message>
        <source>Workspaces</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Workspaces are on a disk of this machine.</source>
        <translation>工作区在本机的磁盘上。</translation>
    </message>
    <message>
        <source>Writable</source>
        <translation>写入</translation>
    </message>
    <message>
        <source>a database in memory can't be shared with workers: name a file</source>
        <translation>内存数据库无法与渲染节点共用：请指定一个文件</translation>
    </message>
    <message>
        <source>a folder that can be written</source>
        <translation>可写的文件夹</translation>
    </message>
    <message>
        <source>a key that OSS takes</source>
        <translation>OSS 接受的密钥</translation>
    </message>
    <message>
        <source>a project: render-manager doctor --render {0}=PATH, of which frame 1 is rendered</source>
        <translation>一个工程：render-manager doctor --render {0}=PATH，将渲染其中第 1 帧</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>an extended header is too large</source>
        <translation>扩展头过大</translation>
    </message>
    <message>
        <source>and {0} kept free</source>
        <translation>（另须保留 {0}）</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>等另外 {0} 个</translation>
    </message>
    <message>
        <source>appendonly no: a restart of Redis loses tickets. No harm is done: the database has the tasks, and idle workers find them.</source>
        <translation>appendonly no：Redis 重启会丢失任务通知。没有影响：任务在数据库中，空闲的渲染节点会找到它们。</translation>
    </message>
    <message>
        <source>appendonly yes: tickets outlive a restart of Redis.</source>
        <translation>appendonly yes：Redis 重启后任务通知仍在。</translation>
    </message>
    <message>
        <source>as soon as it has a memory limit that is reached</source>
        <translation>一旦设置了内存上限并达到</translation>
    </message>
    <message>
        <source>as_saved needs to know what is saved: name a preset or a queue.</source>
        <translation>使用 as_saved 时须指定保存的内容：请填写预设或队列。</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>climbs out of the archive</source>
        <translation>的路径超出压缩包范围</translation>
    </message>
    <message>
        <source>completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>crcmod is without its C extension: checksums of transfers are computed in pure Python, {0} MB/s.</source>
        <translation>crcmod 缺少 C 扩展：传输的校验和由纯 Python 计算，{0} MB/s。</translation>
    </message>
    <message>
        <source>delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>did you mean {0}?</source>
        <translation>您是否想写 {0}？</translation>
    </message>
    <message>
        <source>disabled, finishing</source>
        <translation>已停用，收尾中</translation>
    </message>
    <message>
        <source>docs/settings.md has all; here in lower case.</source>
        <translation>全部名称见 docs/settings.md；此处用小写。</translation>
    </message>
    <message>
        <source>ended with exit code {0}</source>
        <translation>以退出码 {0} 结束</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>frames {0} wait or render already</source>
        <translation>帧 {0} 已在等待或渲染</translation>
    </message>
    <message>
        <source>has a control character in its name</source>
        <translation>的名称含有控制字符</translation>
    </message>
    <message>
        <source>has a name that ends with a dot or a space, which Windows would drop</source>
        <translation>的名称以点或空格结尾，会被 Windows 去掉</translation>
    </message>
    <message>
        <source>has a name that is reserved on Windows</source>
        <translation>的名称是 Windows 保留名</translation>
    </message>
    <message>
        <source>has a name that is too long; {0}</source>
        <translation>的名称过长；{0}</translation>
    </message>
    <message>
        <source>height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>it ends too early</source>
        <translation>文件不完整</translation>
    </message>
    <message>
        <source>it gives no reason</source>
        <translation>未给出原因</translation>
    </message>
    <message>
        <source>it has been open for {0} h</source>
        <translation>已打开 {0} 小时</translation>
    </message>
    <message>
        <source>it has more than {0} members.</source>
        <translation>它的成员超过 {0} 个。</translation>
    </message>
    <message>
        <source>it holds a control character, as when a backslash path stands in double quotes: write it without quotes or in single quotes</source>
        <translation>其中有控制字符，例如带反斜杠的路径写在了双引号中：请不加引号，或使用单引号</translation>
    </message>
    <message>
        <source>it is a {0} archive; pack it again as zip.</source>
        <translation>它是 {0} 压缩包；请重新打包为 zip。</translation>
    </message>
    <message>
        <source>it is damaged or incomplete ({0}).</source>
        <translation>它已损坏或不完整（{0}）。</translation>
    </message>
    <message>
        <source>it is damaged: a member has a negative size.</source>
        <translation>它已损坏：某个成员的大小为负数。</translation>
    </message>
    <message>
        <source>it is none that can be read (zip, gz, tar.gz); submit it as an ordinary file or pack it as zip.</source>
        <translation>它不是可读取的压缩包（zip、gz、tar.gz）；请作为普通文件提交，或打包为 zip。</translation>
    </message>
    <message>
        <source>it said before: {0}</source>
        <translation>此前的输出：{0}</translation>
    </message>
    <message>
        <source>it unpacks to {0} or more; the limit is {1} (setting MAX_UNPACKED_GB).</source>
        <translation>解压后至少 {0}，上限为 {1}（设置 MAX_UNPACKED_GB）。</translation>
    </message>
    <message>
        <source>its host or port can't be read: in a password write @ as %40, / as %2F, # as %23, ? as %3F</source>
        <translation>无法读出主机或端口：密码中的 @ 请写作 %40，/ 写作 %2F，# 写作 %23，? 写作 %3F</translation>
    </message>
    <message>
        <source>its log may say why</source>
        <translation>原因可能在其日志中</translation>
    </message>
    <message>
        <source>its log says nothing of how the render went</source>
        <translation>其日志未说明渲染结果</translation>
    </message>
    <message>
        <source>its memory grew from {0} to {1} MB</source>
        <translation>其内存从 {0} 增至 {1} MB</translation>
    </message>
    <message>
        <source>its report says nothing of how the render went</source>
        <translation>其报告未说明渲染结果</translation>
    </message>
    <message>
        <source>level sequence</source>
        <translation>关卡序列</translation>
    </message>
    <message>
        <source>list</source>
        <translation>列出</translation>
    </message>
    <message>
        <source>loading the project</source>
        <translation>加载工程</translation>
    </message>
    <message>
        <source>look at</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>low on disk</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>maxmemory-policy is {0}: Redis throws tickets away {1}.</source>
        <translation>maxmemory-policy 为 {0}：Redis 会丢弃任务通知（{1}）。</translation>
    </message>
    <message>
        <source>member {0} has a name that this system can't store.</source>
        <translation>成员 {0} 的名称无法保存在本系统上。</translation>
    </message>
    <message>
        <source>member {0} has an absolute path.</source>
        <translation>成员 {0} 使用了绝对路径。</translation>
    </message>
    <message>
        <source>member {0} has no name.</source>
        <translation>成员 {0} 没有名称。</translation>
    </message>
    <message>
        <source>member {0} is a link; pack the file that it points to.</source>
        <translation>成员 {0} 是链接；请打包它指向的文件。</translation>
    </message>
    <message>
        <source>member {0} is a symbolic link; pack the file that it points to.</source>
        <translation>成员 {0} 是符号链接；请打包它指向的文件。</translation>
    </message>
    <message>
        <source>member {0} is compressed with {1}, which can't be read; pack it again with Deflate, the ordinary zip compression.</source>
        <translation>成员 {0} 使用了无法读取的 {1} 压缩；请用普通的 zip 压缩方式 Deflate 重新打包。</translation>
    </message>
    <message>
        <source>member {0} is damaged ({1}).</source>
        <translation>成员 {0} 已损坏（{1}）。</translation>
    </message>
    <message>
        <source>member {0} is damaged: it hasn't the size that the archive gives.</source>
        <translation>成员 {0} 已损坏：大小与压缩包记录不符。</translation>
    </message>
    <message>
        <source>member {0} is encrypted; pack it again without a password.</source>
        <translation>成员 {0} 已加密；请去掉密码重新打包。</translation>
    </message>
    <message>
        <source>member {0} is neither a file nor a folder.</source>
        <translation>成员 {0} 既不是文件也不是文件夹。</translation>
    </message>
    <message>
        <source>member {0} is neither an ordinary file nor a folder.</source>
        <translation>成员 {0} 既不是普通文件也不是文件夹。</translation>
    </message>
    <message>
        <source>member {0} would meet another one: their names are equal or differ in case only.</source>
        <translation>成员 {0} 与另一个成员冲突：名称相同或仅大小写不同。</translation>
    </message>
    <message>
        <source>member {0} {1}.</source>
        <translation>成员 {0} {1}。</translation>
    </message>
    <message>
        <source>method {0}</source>
        <translation>方法 {0}</translation>
    </message>
    <message>
        <source>min</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>name of the camera to render through</source>
        <translation>渲染所用相机的名称</translation>
    </message>
    <message>
        <source>names a drive or a stream (':')</source>
        <translation>的名称含有盘符或数据流（':'）</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>无应答</translation>
    </message>
    <message>
        <source>no frame failed</source>
        <translation>没有失败的帧</translation>
    </message>
    <message>
        <source>no manifest: {0}</source>
        <translation>没有清单：{0}</translation>
    </message>
    <message>
        <source>no reason given</source>
        <translation>未给出原因</translation>
    </message>
    <message>
        <source>noeviction: no ticket is thrown away.</source>
        <translation>noeviction：不会丢弃任务通知。</translation>
    </message>
    <message>
        <source>not set</source>
        <translation>未设置</translation>
    </message>
    <message>
        <source>nothing at all</source>
        <translation>没有任何文件</translation>
    </message>
    <message>
        <source>offline, disabled</source>
        <translation>离线，已停用</translation>
    </message>
    <message>
        <source>on host {0}{1}</source>
        <translation>主机 {0}{1}</translation>
    </message>
    <message>
        <source>on the host that rendered it{0}</source>
        <translation>渲染它的主机{0}</translation>
    </message>
    <message>
        <source>only a file that may not be executed</source>
        <translation>只有不可执行的文件</translation>
    </message>
    <message>
        <source>oss://bucket/key, a key of the configured bucket, the https URL of an object, or a local file</source>
        <translation>oss://bucket/key、已配置存储桶中的 Key、对象的 https URL 或本地文件</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>pending</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>preparing</source>
        <translation>准备中</translation>
    </message>
    <message>
        <source>read</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>render although Python inside the scene is not run</source>
        <translation>即使不运行场景中的 Python 也渲染</translation>
    </message>
    <message>
        <source>render although textures or libraries are missing</source>
        <translation>即使缺少贴图或库文件也渲染</translation>
    </message>
    <message>
        <source>render the sequence by the preset alone, as it is saved: all its frames at once, by one worker</source>
        <translation>完全按预设保存的内容渲染序列：所有帧由一个渲染节点一次完成</translation>
    </message>
    <message>
        <source>render this view layer only</source>
        <translation>只渲染此视图层</translation>
    </message>
    <message>
        <source>rendered frames and logs are kept</source>
        <translation>保留渲染结果和日志</translation>
    </message>
    <message>
        <source>rendering</source>
        <translation>渲染中</translation>
    </message>
    <message>
        <source>rendering a frame</source>
        <translation>渲染一帧</translation>
    </message>
    <message>
        <source>rendering frame {0}</source>
        <translation>渲染第 {0} 帧</translation>
    </message>
    <message>
        <source>results are in the database</source>
        <translation>结果保存在数据库中</translation>
    </message>
    <message>
        <source>room on the disk</source>
        <translation>磁盘空间</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>saying nothing</source>
        <translation>无输出</translation>
    </message>
    <message>
        <source>settings that can be read</source>
        <translation>可读取的设置</translation>
    </message>
    <message>
        <source>size or checksum</source>
        <translation>大小或校验和</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>已跳过</translation>
    </message>
    <message>
        <source>tag {0}</source>
        <translation>标签 {0}</translation>
    </message>
    <message>
        <source>task_info requires must be like {{"version": "&gt;=4.2", "tags": ["gpu"], "memory_gb": 32}}.</source>
        <translation>task_info 的 requires 应形如 {{"version": "&gt;=4.2", "tags": ["gpu"], "memory_gb": 32}}。</translation>
    </message>
    <message>
        <source>task_info requires tags: give a list of words.</source>
        <translation>task_info 的 requires 中 tags 应为单词列表。</translation>
    </message>
    <message>
        <source>task_info requires: {0} is not known; use version, tags or memory_gb.</source>
        <translation>task_info 的 requires 中有未知项 {0}；可用 version、tags 或 memory_gb。</translation>
    </message>
    <message>
        <source>the bucket</source>
        <translation>存储桶</translation>
    </message>
    <message>
        <source>the database</source>
        <translation>数据库</translation>
    </message>
    <message>
        <source>the environment</source>
        <translation>环境变量</translation>
    </message>
    <message>
        <source>the image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>the object store</source>
        <translation>对象存储</translation>
    </message>
    <message>
        <source>the path of member {0} is too long; {1}.</source>
        <translation>成员 {0} 的路径过长；{1}。</translation>
    </message>
    <message>
        <source>the project is kept</source>
        <translation>保留工程</translation>
    </message>
    <message>
        <source>the right time</source>
        <translation>准确的时间</translation>
    </message>
    <message>
        <source>there are: {0}</source>
        <translation>现有：{0}</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true 或 false</translation>
    </message>
    <message>
        <source>use a plain folder name without separators, other than 'logs' and 'tmp'</source>
        <translation>请使用不含分隔符的文件夹名，且不能是 logs 或 tmp</translation>
    </message>
    <message>
        <source>use amqp://user:password@host:5672/vhost (RabbitMQ), or leave it out for Redis</source>
        <translation>请使用 amqp://user:password@host:5672/vhost（RabbitMQ），或留空以使用 Redis</translation>
    </message>
    <message>
        <source>use folder names with slashes between, such as results or films/results</source>
        <translation>请使用以斜杠分隔的文件夹名，例如 results 或 films/results</translation>
    </message>
    <message>
        <source>use for example https://oss-cn-hangzhou.aliyuncs.com</source>
        <translation>请使用例如 https://oss-cn-hangzhou.aliyuncs.com</translation>
    </message>
    <message>
        <source>use redis://:password@host:6379/0, or rediss:// for TLS</source>
        <translation>请使用 redis://:password@host:6379/0；使用 TLS 时为 rediss://</translation>
    </message>
    <message>
        <source>use shorter names or a workspace root with a shorter path</source>
        <translation>请使用更短的名称或路径更短的工作区根目录</translation>
    </message>
    <message>
        <source>use sqlite:///path/to/file or postgresql://user:password@host:5432/name</source>
        <translation>请使用 sqlite:///path/to/file 或 postgresql://user:password@host:5432/name</translation>
    </message>
    <message>
        <source>version {0}</source>
        <translation>版本 {0}</translation>
    </message>
    <message>
        <source>was killed by signal {0}</source>
        <translation>被信号 {0} 终止</translation>
    </message>
    <message>
        <source>what was written is read back otherwise</source>
        <translation>读回的内容与写入的不同</translation>
    </message>
    <message>
        <source>when its memory is full</source>
        <translation>内存占满时</translation>
    </message>
    <message>
        <source>write</source>
        <translation>写入</translation>
    </message>
    <message>
        <source>write REDIS_URL=redis://:password@host:6379/0 instead</source>
        <translation>请改写为 REDIS_URL=redis://:password@host:6379/0</translation>
    </message>
    <message>
        <source>write REDIS_URL=redis://host:6379/DB instead</source>
        <translation>请改写为 REDIS_URL=redis://host:6379/DB</translation>
    </message>
    <message>
        <source>{0} (from {1})</source>
        <translation>{0}（来自 {1}）</translation>
    </message>
    <message>
        <source>{0} = {1} is not valid: {2}.</source>
        <translation>{0} = {1} 无效：{2}。</translation>
    </message>
    <message>
        <source>{0} = {1}: there is no such file.</source>
        <translation>{0} = {1}：没有这个文件。</translation>
    </message>
    <message>
        <source>{0} But it is black.</source>
        <translation>{0}但图像是全黑的。</translation>
    </message>
    <message>
        <source>{0} From {1} minutes on it refuses requests.</source>
        <translation>{0}超过 {1} 分钟后，它会拒绝请求。</translation>
    </message>
    <message>
        <source>{0} It refuses requests that are off by more than {1} minutes.</source>
        <translation>{0}它会拒绝时间偏差超过 {1} 分钟的请求。</translation>
    </message>
    <message>
        <source>{0} Tasks and leases go by the database's clock.</source>
        <translation>{0}任务和租约以数据库的时钟为准。</translation>
    </message>
    <message>
        <source>{0} There is no file {1} in {2} either.</source>
        <translation>{0}{2} 中也没有文件 {1}。</translation>
    </message>
    <message>
        <source>{0} answers.</source>
        <translation>{0} 有应答。</translation>
    </message>
    <message>
        <source>{0} are free on the disk of {1}, less than MIN_FREE_DISK_GB = {2}: this host takes no task whose project it does not have.</source>
        <translation>{1} 所在的磁盘有 {0} 可用，少于 MIN_FREE_DISK_GB = {2}：本主机不再接受尚无工程的任务。</translation>
    </message>
    <message>
        <source>{0} are free on the disk of {1}; MIN_FREE_DISK_GB = {2} must stay.</source>
        <translation>{1} 所在的磁盘有 {0} 可用；须保留 MIN_FREE_DISK_GB = {2}。</translation>
    </message>
    <message>
        <source>{0} can be written.</source>
        <translation>{0} 可以写入。</translation>
    </message>
    <message>
        <source>{0} for a question and its answer.</source>
        <translation>一次问答 {0}。</translation>
    </message>
    <message>
        <source>{0} for a small request.</source>
        <translation>一次小请求 {0}。</translation>
    </message>
    <message>
        <source>{0} frames of its task come before it.</source>
        <translation>本任务还有 {0} 帧排在它前面。</translation>
    </message>
    <message>
        <source>The embedded Redis is not running: no worker can be asked.</source>
        <translation>内置 Redis 未运行：无法联系任何渲染节点。</translation>
    </message>
    <message>
        <source>1 task is ahead in {0}</source>
        <translation>队列 {0} 中前面有 1 个任务</translation>
    </message>
    <message>
        <source>At most {0} workers may be at it, and {1} are.</source>
        <translation>最多允许 {0} 个渲染节点渲染它，目前已有 {1} 个。</translation>
    </message>
    <message>
        <source>Every online host that could render it failed at it; {0}: {1}</source>
        <translation>所有可渲染它的在线主机都失败了；{0}：{1}</translation>
    </message>
    <message>
        <source>No online worker can run {0} {1} ({2}).</source>
        <translation>没有在线渲染节点能运行 {0} {1}（{2}）。</translation>
    </message>
    <message>
        <source>Run pip install '.[worker]' in the checkout, or pip install OpenImageIO numpy.</source>
        <translation>请在检出的代码目录中运行 pip install '.[worker]'，或运行 pip install OpenImageIO numpy。</translation>
    </message>
    <message>
        <source>The log lies on host {0}, which is offline since {1}. It can be read when a worker is online there. UPLOAD_RENDERS=true on the hosts keeps logs in the object store, too.</source>
        <translation>日志在主机 {0} 上，该主机自 {1} 起离线。该主机上有渲染节点在线时即可读取。在各主机上设置 UPLOAD_RENDERS=true，日志也会保存到对象存储。</translation>
    </message>
    <message>
        <source>The log lies on host {0}. {1}</source>
        <translation>日志在主机 {0} 上。{1}</translation>
    </message>
    <message>
        <source>The log {0} became shorter while it was read.</source>
        <translation>日志 {0} 在读取过程中变短了。</translation>
    </message>
    <message>
        <source>The log {0} can't be read: {1}.</source>
        <translation>无法读取日志 {0}：{1}。</translation>
    </message>
    <message>
        <source>The log {0} is not on this computer, nor in the object store.{1}</source>
        <translation>日志 {0} 不在本机上，也不在对象存储中。{1}</translation>
    </message>
    <message>
        <source>The log {0} of task {1} is not on this host any more.</source>
        <translation>任务 {1} 的日志 {0} 已不在本主机上。</translation>
    </message>
    <message>
        <source>The name of {0} can't be packed: rename the file.</source>
        <translation>{0} 的文件名无法打包：请重命名该文件。</translation>
    </message>
    <message>
        <source>The worker's answer can't be understood ({0}): are both of one version?</source>
        <translation>无法理解渲染节点的应答（{0}）：请检查双方版本是否一致。</translation>
    </message>
    <message>
        <source>Two workers are called {0}, and only one of them works. {1}</source>
        <translation>两个渲染节点都叫 {0}，只有其中一个在工作。{1}</translation>
    </message>
    <message>
        <source>Waits until task {0} ({1}) and {2} more are completed.</source>
        <translation>等待任务 {0}（{1}）和另外 {2} 个任务完成。</translation>
    </message>
    <message>
        <source>Worker {0} has it and is about to begin.</source>
        <translation>渲染节点 {0} 已领取它，即将开始。</translation>
    </message>
    <message>
        <source>Worker {0} of host {1} does not answer within {2} s. It may be of an older version, or started with --pool solo: such a worker answers only between frames.</source>
        <translation>主机 {1} 上的渲染节点 {0} 在 {2} 秒内没有应答。它可能版本较旧，或以 --pool solo 启动：这样的节点只在两帧之间应答。</translation>
    </message>
    <message>
        <source>Worker {0} of host {1} does not answer.</source>
        <translation>主机 {1} 上的渲染节点 {0} 没有应答。</translation>
    </message>
    <message>
        <source>Worker {0} prepares its project: {1}</source>
        <translation>渲染节点 {0} 正在准备工程：{1}</translation>
    </message>
    <message>
        <source>Worker {0} wrote it.</source>
        <translation>它由渲染节点 {0} 写入。</translation>
    </message>
    <message>
        <source>all that are enabled</source>
        <translation>所有已启用的</translation>
    </message>
    <message>
        <source>all {0} workers that could take it are busy</source>
        <translation>可领取它的 {0} 个渲染节点都在忙</translation>
    </message>
    <message>
        <source>by measured times</source>
        <translation>根据实测耗时</translation>
    </message>
    <message>
        <source>frames before a chunk in which light settles</source>
        <translation>每段帧开始前用于光照稳定的预热帧数</translation>
    </message>
    <message>
        <source>frames that one process renders</source>
        <translation>一个进程渲染的帧数</translation>
    </message>
    <message>
        <source>host {0} failed at it: {1}</source>
        <translation>主机 {0} 渲染它时失败：{1}</translation>
    </message>
    <message>
        <source>host {0} is low on disk</source>
        <translation>主机 {0} 磁盘空间不足</translation>
    </message>
    <message>
        <source>host {0} tries it again in {1} s: {2}</source>
        <translation>主机 {0} 将在 {1} 秒后重试：{2}</translation>
    </message>
    <message>
        <source>how long a frame may take</source>
        <translation>单帧最长耗时</translation>
    </message>
    <message>
        <source>how long the renderer may say nothing</source>
        <translation>渲染器无输出的最长时间</translation>
    </message>
    <message>
        <source>how long until the first frame must have begun</source>
        <translation>第一帧开始前的最长等待时间</translation>
    </message>
    <message>
        <source>image format</source>
        <translation>图像格式</translation>
    </message>
    <message>
        <source>level sequence, such as /Game/Cinematics/Shot010</source>
        <translation>关卡序列，例如 /Game/Cinematics/Shot010</translation>
    </message>
    <message>
        <source>map to load, such as /Game/Maps/Main</source>
        <translation>要加载的关卡，例如 /Game/Maps/Main</translation>
    </message>
    <message>
        <source>name of the scene to render</source>
        <translation>要渲染的场景名称</translation>
    </message>
    <message>
        <source>no: Blender is started for each chunk of frames</source>
        <translation>否：每段帧都重新启动 Blender</translation>
    </message>
    <message>
        <source>render layers, separated by commas</source>
        <translation>渲染层，以逗号分隔</translation>
    </message>
    <message>
        <source>run Python inside the scene; only if you trust it</source>
        <translation>运行场景内的 Python 脚本；仅限信任的场景</translation>
    </message>
    <message>
        <source>scale of the resolution</source>
        <translation>分辨率缩放比例</translation>
    </message>
    <message>
        <source>the file's active one</source>
        <translation>文件当前的场景</translation>
    </message>
    <message>
        <source>the frame fails in {0} s, as it may not be tried again</source>
        <translation>该帧将在 {0} 秒后失败，因为已不能再次尝试</translation>
    </message>
    <message>
        <source>the frame fails now, as it may not be tried again</source>
        <translation>该帧即将失败，因为已不能再次尝试</translation>
    </message>
    <message>
        <source>the frame goes to another one in {0} s</source>
        <translation>该帧将在 {0} 秒后交给其他渲染节点</translation>
    </message>
    <message>
        <source>the frame goes to another one now</source>
        <translation>该帧即将交给其他渲染节点</translation>
    </message>
    <message>
        <source>the only one</source>
        <translation>唯一的序列</translation>
    </message>
    <message>
        <source>the only worker that could take it, {0}, is busy</source>
        <translation>唯一可领取它的渲染节点 {0} 正忙</translation>
    </message>
    <message>
        <source>the preset's</source>
        <translation>使用预设的设置</translation>
    </message>
    <message>
        <source>the preset's, or PNG</source>
        <translation>使用预设的设置，或 PNG</translation>
    </message>
    <message>
        <source>the project's default map</source>
        <translation>工程的默认关卡</translation>
    </message>
    <message>
        <source>the renderer; file: the scene's own</source>
        <translation>渲染器；file 表示使用场景自身的设置</translation>
    </message>
    <message>
        <source>the scene's</source>
        <translation>使用场景的设置</translation>
    </message>
    <message>
        <source>the scene's renderable ones</source>
        <translation>场景中可渲染的相机</translation>
    </message>
    <message>
        <source>width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>worker {0} is disabled</source>
        <translation>渲染节点 {0} 已停用</translation>
    </message>
    <message>
        <source>worker {0} is free and takes it</source>
        <translation>渲染节点 {0} 空闲，即将领取它</translation>
    </message>
    <message>
        <source>yes: mayapy stays open between frames; Arnold only, holds its licence</source>
        <translation>是：mayapy 在帧与帧之间保持运行；仅限 Arnold，会一直占用许可证</translation>
    </message>
    <message>
        <source>{0} = {1}: there is no program{2}; set the full path of {3}.</source>
        <translation>{0} = {1}：找不到程序{2}；请设为 {3} 的完整路径。</translation>
    </message>
    <message>
        <source>{0} GB of memory</source>
        <translation>{0} GB 内存</translation>
    </message>
    <message>
        <source>{0} MB are too much for the clipboard (at most {1} MB): save the log to a file instead.</source>
        <translation>{0} MB 超出剪贴板限制（最多 {1} MB）：请将日志保存到文件。</translation>
    </message>
    <message>
        <source>{0} and {1} more</source>
        <translation>{0} 等（另有 {1} 个）</translation>
    </message>
    <message>
        <source>{0} at {1} does not start: {2}.</source>
        <translation>位于 {1} 的 {0} 无法启动：{2}。</translation>
    </message>
    <message>
        <source>{0} can't be cleaned up: {1}.</source>
        <translation>无法清理 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't be made: {1}.</source>
        <translation>无法创建 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't be packed: {1}.</source>
        <translation>无法打包 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't be read or written: {1}.</source>
        <translation>无法读写 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't be read: {1}.</source>
        <translation>无法读取 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't be replaced: {1}.</source>
        <translation>无法替换 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't be used as a path: give {1}.</source>
        <translation>{0} 不能用作路径：请填写 {1}。</translation>
    </message>
    <message>
        <source>{0} can't be used as the name of a result</source>
        <translation>{0} 不能用作渲染结果的名称</translation>
    </message>
    <message>
        <source>{0} can't be written: {1}.</source>
        <translation>无法写入 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} can't render frame {1}: its frames go from {2} to {3}.</source>
        <translation>{0} 无法渲染第 {1} 帧：可用帧为 {2} 到 {3}。</translation>
    </message>
    <message>
        <source>{0} does not answer like Blender: set BLENDER_EXECUTABLE to the right program.</source>
        <translation>{0} 的应答不像 Blender：请将 BLENDER_EXECUTABLE 设为正确的程序。</translation>
    </message>
    <message>
        <source>{0} does not start: {1}.</source>
        <translation>{0} 无法启动：{1}。</translation>
    </message>
    <message>
        <source>{0} does not tell Maya's version: set MAYA_EXECUTABLE to Render of a MayaYYYY.</source>
        <translation>无法从 {0} 得知 Maya 版本：请将 MAYA_EXECUTABLE 设为某个 MayaYYYY 中的 Render。</translation>
    </message>
    <message>
        <source>{0} does not tell Unreal Engine's version: no Engine/Build/Build.version lies above it. Set UE_EXECUTABLE to UnrealEditor-Cmd inside an installation.</source>
        <translation>无法从 {0} 得知 Unreal Engine 版本：其上级目录中没有 Engine/Build/Build.version。请将 UE_EXECUTABLE 设为安装目录中的 UnrealEditor-Cmd。</translation>
    </message>
    <message>
        <source>{0} does not tell the engine; name one of: {1}.</source>
        <translation>无法从 {0} 判断渲染引擎；请指定：{1}。</translation>
    </message>
    <message>
        <source>{0} exists with other content; it was kept (use --overwrite to replace it).</source>
        <translation>{0} 已存在且内容不同；已保留（可用 --overwrite 替换）。</translation>
    </message>
    <message>
        <source>{0} exists, and not with this content: use another --key, or --overwrite to replace it.</source>
        <translation>{0} 已存在且内容不同：请换用其他 --key，或用 --overwrite 替换。</translation>
    </message>
    <message>
        <source>{0} file(s) could not be deleted, first: {1}. Close the program that has it open, or change its permissions, and clean up again.</source>
        <translation>有 {0} 个文件无法删除，第一个：{1}。请关闭占用它的程序或修改权限，然后再次清理。</translation>
    </message>
    <message>
        <source>{0} frames are enough</source>
        <translation>已达 {0} 帧上限</translation>
    </message>
    <message>
        <source>{0} from {1}{2}.</source>
        <translation>{0}（{1}）{2}。</translation>
    </message>
    <message>
        <source>{0} has C++ modules ({1}) that are not compiled for this host's system: its Binaries folder has no {2}.</source>
        <translation>{0} 的 C++ 模块（{1}）没有为本主机的系统编译：其 Binaries 文件夹中没有 {2}。</translation>
    </message>
    <message>
        <source>{0} has C++ modules ({1}), but the archive holds no compiled ones: build the project and add its Binaries folder.</source>
        <translation>{0} 含有 C++ 模块（{1}），但压缩包中没有编译好的模块：请编译工程并加入 Binaries 文件夹。</translation>
    </message>
    <message>
        <source>{0} has an empty part or '.', which no path of a file has.</source>
        <translation>{0} 含有空的部分或 '.'，文件路径中不允许。</translation>
    </message>
    <message>
        <source>{0} has no {1} in its Content folder: nothing can be rendered. If it is a plug-in's, name it with --set {2}=/Plugin/Path.</source>
        <translation>{0} 的 Content 文件夹中没有{1}：无法渲染。如果它属于某个插件，请用 --set {2}=/Plugin/Path 指定。</translation>
    </message>
    <message>
        <source>{0} has no {1} {2}{3}.</source>
        <translation>{0} 中没有 {1} {2}{3}。</translation>
    </message>
    <message>
        <source>{0} has several {1}s: {2}{3}. Name the one to render with --set {4}={5}.</source>
        <translation>{0} 有多个{1}：{2}{3}。请用 --set {4}={5} 指定要渲染的一个。</translation>
    </message>
    <message>
        <source>{0} has {1}, but only {2} are free in {3} and {4} must stay so: clean up finished tasks or lower MIN_FREE_DISK_GB.</source>
        <translation>{0} 的大小为 {1}，但 {3} 仅剩 {2}，且须保留 {4}：请清理已结束的任务或调低 MIN_FREE_DISK_GB。</translation>
    </message>
    <message>
        <source>{0} holds '..', a backslash or a control character, which no object key may.</source>
        <translation>{0} 含有 '..'、反斜杠或控制字符，对象 Key 中不允许。</translation>
    </message>
    <message>
        <source>{0} holds more than {1} files: name the project's own folder.</source>
        <translation>{0} 中的文件超过 {1} 个：请指定工程自身的文件夹。</translation>
    </message>
    <message>
        <source>{0} holds no {1} file, but {2}.</source>
        <translation>{0} 中没有 {1} 文件，只有{2}。</translation>
    </message>
    <message>
        <source>{0} holds several project files: {1}. Choose the one to render.</source>
        <translation>{0} 中有多个工程文件：{1}。请选择要渲染的一个。</translation>
    </message>
    <message>
        <source>{0} hosts are low on disk ({1})</source>
        <translation>{0} 台主机磁盘空间不足（{1}）</translation>
    </message>
    <message>
        <source>{0} hosts failed at it ({1})</source>
        <translation>{0} 台主机渲染它时失败（{1}）</translation>
    </message>
    <message>
        <source>{0} hosts try it again within a minute ({1})</source>
        <translation>{0} 台主机将在一分钟内重试（{1}）</translation>
    </message>
    <message>
        <source>{0} in {1} is called {2} now: rename it there.</source>
        <translation>{1} 中的 {0} 现在称为 {2}：请在那里改名。</translation>
    </message>
    <message>
        <source>{0} in {1} is not known: did you mean {2}?</source>
        <translation>{1} 中的 {0} 不是已知的设置：您是否想写 {2}？</translation>
    </message>
    <message>
        <source>{0} in {1} is not used, as {2} is set, too: remove it.</source>
        <translation>{1} 中的 {0} 不起作用，因为也设置了 {2}：请将其删除。</translation>
    </message>
    <message>
        <source>{0} in {1} is not used: {2}.</source>
        <translation>{1} 中的 {0} 不起作用：{2}。</translation>
    </message>
    <message>
        <source>{0} is a project of {1}, not of {2}: use engine {3}.</source>
        <translation>{0} 是 {1} 工程，不是 {2} 工程：请使用引擎 {3}。</translation>
    </message>
    <message>
        <source>{0} is black all over. If it should not be: does this host have a working graphics card?</source>
        <translation>{0} 全黑。如不应如此：本主机的显卡是否正常？</translation>
    </message>
    <message>
        <source>{0} is empty: set it, or none of the OSS settings.</source>
        <translation>{0} 为空：请填写它，或不填任何 OSS 设置。</translation>
    </message>
    <message>
        <source>{0} is far more than a project: name the project's own folder.</source>
        <translation>{0} 的范围远超一个工程：请指定工程自身的文件夹。</translation>
    </message>
    <message>
        <source>{0} is in bucket {1}, but the configured bucket is {2}.</source>
        <translation>{0} 在存储桶 {1} 中，但配置的存储桶是 {2}。</translation>
    </message>
    <message>
        <source>{0} is no Alibaba Cloud OSS host: use https://bucket.oss-region.aliyuncs.com/key or oss://bucket/key.</source>
        <translation>{0} 不是阿里云 OSS 主机：请使用 https://bucket.oss-region.aliyuncs.com/key 或 oss://bucket/key。</translation>
    </message>
    <message>
        <source>{0} is no Blender file: its content does not begin like one.</source>
        <translation>{0} 不是 Blender 文件：文件开头不符。</translation>
    </message>
    <message>
        <source>{0} is no Maya scene: its content does not begin like one.</source>
        <translation>{0} 不是 Maya 场景：文件开头不符。</translation>
    </message>
    <message>
        <source>{0} is no Unreal project: it is no JSON object.</source>
        <translation>{0} 不是 Unreal 工程：它不是 JSON 对象。</translation>
    </message>
    <message>
        <source>{0} is no Unreal project: it is not valid JSON ({1}).</source>
        <translation>{0} 不是 Unreal 工程：它不是有效的 JSON（{1}）。</translation>
    </message>
    <message>
        <source>{0} is no folder of the object store: it holds '..' or a backslash.</source>
        <translation>{0} 不是对象存储的文件夹：其中含有 '..' 或反斜杠。</translation>
    </message>
    <message>
        <source>{0} is no folder: end it with a slash.</source>
        <translation>{0} 不是文件夹：请以斜杠结尾。</translation>
    </message>
    <message>
        <source>{0} is no name of a project file.</source>
        <translation>{0} 不是工程文件名。</translation>
    </message>
    <message>
        <source>{0} is no object key: write folders and a name with slashes between, without '..', a backslash or a slash at either end.</source>
        <translation>{0} 不是对象 Key：请以斜杠连接文件夹和文件名，不含 '..' 和反斜杠，首尾不带斜杠。</translation>
    </message>
    <message>
        <source>{0} is no size: write a number and its unit, such as 200GB, 1.5TB or 500MB.</source>
        <translation>{0} 不是大小：请填写数字和单位，如 200GB、1.5TB 或 500MB。</translation>
    </message>
    <message>
        <source>{0} is no status; there are: {1}.</source>
        <translation>{0} 不是状态；可用：{1}。</translation>
    </message>
    <message>
        <source>{0} is no task's id.</source>
        <translation>{0} 不是任务 ID。</translation>
    </message>
    <message>
        <source>{0} is no text in UTF-8 or GB18030: save it as UTF-8.</source>
        <translation>{0} 不是 UTF-8 或 GB18030 文本：请另存为 UTF-8。</translation>
    </message>
    <message>
        <source>{0} is none of the project files to choose from: {1}.</source>
        <translation>{0} 不在可选的工程文件中：{1}。</translation>
    </message>
    <message>
        <source>{0} is not below this host's WORKSPACE_ROOT_DIR; delete it by hand.</source>
        <translation>{0} 不在本主机的 WORKSPACE_ROOT_DIR 之下；请手动删除。</translation>
    </message>
    <message>
        <source>{0} is of Unreal Engine {1}, which {2} of this host can't open: install Unreal Engine {3} on it.</source>
        <translation>{0} 属于 Unreal Engine {1}，本主机的 {2} 无法打开：请在本主机安装 Unreal Engine {3}。</translation>
    </message>
    <message>
        <source>{0} is on a network share ({1}): each frame is written, and read to be checked, over the network.</source>
        <translation>{0} 在网络共享（{1}）上：每一帧都要经网络写入，并经网络读回检查。</translation>
    </message>
    <message>
        <source>{0} is {1} characters long: Windows allows {2} for a whole path.</source>
        <translation>{0} 有 {1} 个字符：Windows 的完整路径最多 {2} 个。</translation>
    </message>
    <message>
        <source>{0} leads out of the object store folder {1}.</source>
        <translation>{0} 超出了对象存储文件夹 {1}。</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>剩余 {0}</translation>
    </message>
    <message>
        <source>{0} names no bucket: write oss://bucket/key.</source>
        <translation>{0} 没有指明存储桶：请写成 oss://bucket/key。</translation>
    </message>
    <message>
        <source>{0} needs {1} file(s) that are not in the project: {2}{3}. Add them, or submit with --set allow_missing=true.</source>
        <translation>{0} 需要 {1} 个工程中没有的文件：{2}{3}。请补齐，或以 --set allow_missing=true 提交。</translation>
    </message>
    <message>
        <source>{0} of {1} is no {2}, but another kind of asset.</source>
        <translation>{1} 中的 {0} 不是 {2}，而是其他类型的资产。</translation>
    </message>
    <message>
        <source>{0} of {1} workers that could take it are busy</source>
        <translation>可领取它的 {1} 个渲染节点中有 {0} 个在忙</translation>
    </message>
    <message>
        <source>{0} online: {1}</source>
        <translation>在线 {0} 个：{1}</translation>
    </message>
    <message>
        <source>{0} renders this task as its settings are saved, all {1} frames at once, but only {2} are to be rendered: retry all of them.</source>
        <translation>{0} 按保存的设置一次渲染本任务的全部 {1} 帧，但现在只要渲染 {2} 帧：请重试全部帧。</translation>
    </message>
    <message>
        <source>{0} reported success but did not render the frame{1}.</source>
        <translation>{0} 报告成功，但没有渲染该帧{1}。</translation>
    </message>
    <message>
        <source>{0} tasks are ahead in {1}</source>
        <translation>队列 {1} 中前面有 {0} 个任务</translation>
    </message>
    <message>
        <source>{0} tasks are ahead, {1} of them in higher queues</source>
        <translation>前面有 {0} 个任务，其中 {1} 个在更高的队列中</translation>
    </message>
    <message>
        <source>{0} to be right</source>
        <translation>正确的 {0}</translation>
    </message>
    <message>
        <source>{0} was changed while it was being packed; try again.</source>
        <translation>{0} 在打包过程中被修改；请重试。</translation>
    </message>
    <message>
        <source>{0} was changed while it was being read; try again.</source>
        <translation>读取时 {0} 被修改；请重试。</translation>
    </message>
    <message>
        <source>{0} was ended after {1} s of {2}: it hangs, or the limit is too low</source>
        <translation>{0} 在“{2}”阶段持续 {1} 秒后被终止：它已无响应，或时限过短</translation>
    </message>
    <message>
        <source>{0} was replaced since the frame was uploaded; try again in a minute</source>
        <translation>该帧上传后 {0} 已被替换；请一分钟后重试</translation>
    </message>
    <message>
        <source>{0} was saved by Blender {1}.{2}, which Blender {3} of this host can't read: install a newer Blender on it.</source>
        <translation>{0} 由 Blender {1}.{2} 保存，本主机的 Blender {3} 无法读取：请安装更新的 Blender。</translation>
    </message>
    <message>
        <source>{0} was saved by Maya {1}, which Maya {2} of this host can't read: install a newer Maya on it.</source>
        <translation>{0} 由 Maya {1} 保存，本主机的 Maya {2} 无法读取：请安装更新的 Maya。</translation>
    </message>
    <message>
        <source>{0} was submitted as compressed but is neither .zip, .gz nor .tar.gz: submit it as not compressed, or pack it again.</source>
        <translation>{0} 以压缩包提交，但不是 .zip、.gz 或 .tar.gz：请按非压缩文件提交，或重新打包。</translation>
    </message>
    <message>
        <source>{0} workers are disabled</source>
        <translation>{0} 个渲染节点已停用</translation>
    </message>
    <message>
        <source>{0} {1} % of {2}</source>
        <translation>{0} {1}%，共 {2}</translation>
    </message>
    <message>
        <source>{0} {1} before it was done{2}.</source>
        <translation>{0} 尚未完成就{1}{2}。</translation>
    </message>
    <message>
        <source>{0} {1} is out of range: use 1 or more, or leave it out.</source>
        <translation>{0} {1} 超出范围：请用 1 或更大的值，或不填。</translation>
    </message>
    <message>
        <source>{0} {1} rendered a frame, and its image is whole.</source>
        <translation>{0} {1} 渲染了一帧，图像完整。</translation>
    </message>
    <message>
        <source>{0}, and a clean-up of host {1}{2} removed what it rendered: retry to render it again.</source>
        <translation>{0}，且主机 {1}{2} 的渲染结果已被清理：请重试以重新渲染。</translation>
    </message>
    <message>
        <source>{0}, and {1} of this host{2} is not there any more: retry to render it again.</source>
        <translation>{0}，且本主机{2}上的 {1} 已不存在：请重试以重新渲染。</translation>
    </message>
    <message>
        <source>{0}, only {1}, and {2} can't be read from here. UPLOAD_RENDERS=true on the hosts, or a WORKSPACE_ROOT_DIR that this computer shares with them, makes images available here.</source>
        <translation>{0}，仅存于{1}，而此处无法读取 {2}。请在各主机上设置 UPLOAD_RENDERS=true，或使用与本机共享的 WORKSPACE_ROOT_DIR，以便在此获取图像。</translation>
    </message>
    <message>
        <source>{0}, {1} so far</source>
        <translation>{0}，已处理 {1}</translation>
    </message>
    <message>
        <source>{0}; 0: no limit</source>
        <translation>{0}；0：不限</translation>
    </message>
</context>
<context>
    <name>SidePane</name>
    <message>
        <source>Details</source>
        <translation>详细信息</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
</context>
<context>
    <name>Slate</name>
    <message>
        <source>{0} % on {1}</source>
        <translation>{0}%，{1}</translation>
    </message>
    <message>
        <source>The image appears here as soon as it is done.</source>
        <translation>完成后图像会立即显示在这里。</translation>
    </message>
    <message>
        <source>The image appears here as soon as it is rendered.</source>
        <translation>渲染后图像会立即显示在这里。</translation>
    </message>
    <message>
        <source>On {0}, attempt {1}</source>
        <translation>{0}，第 {1} 次尝试</translation>
    </message>
    <message>
        <source>Frame {0}</source>
        <translation>第 {0} 帧</translation>
    </message>
</context>
<context>
    <name>Stage</name>
    <message>
        <source>The image was not fetched.</source>
        <translation>未获取图像。</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>F5 fetches it.</source>
        <translation>按 F5 获取。</translation>
    </message>
    <message>
        <source>Choose a frame of a task in the main window.</source>
        <translation>请在主窗口中选择任务的一帧。</translation>
    </message>
    <message>
        <source>No frame</source>
        <translation>没有帧</translation>
    </message>
    <message>
        <source>The renderer told no image.</source>
        <translation>渲染器未报告图像文件。</translation>
    </message>
    <message>
        <source>No image</source>
        <translation>没有图像</translation>
    </message>
    <message>
        <source>Not whole</source>
        <translation>图像不完整</translation>
    </message>
    <message>
        <source>Can't be shown</source>
        <translation>无法显示</translation>
    </message>
    <message>
        <source>It is read again every other second.</source>
        <translation>每两秒重新读取一次。</translation>
    </message>
    <message>
        <source>F5 tries again.</source>
        <translation>按 F5 重试。</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
</context>
<context>
    <name>StartFailureDialog</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Render Manager can't start</source>
        <translation>Render Manager 无法启动</translation>
    </message>
</context>
<context>
    <name>StartWorkersDialog</name>
    <message>
        <source>Start workers</source>
        <translation>启动渲染节点</translation>
    </message>
    <message>
        <source>How many workers on this computer?</source>
        <translation>在本机启动多少个渲染节点？</translation>
    </message>
    <message>
        <source>Each renders one frame at a time, with a renderer and memory of its own.</source>
        <translation>每个节点一次渲染一帧，各自占用一个渲染器和相应内存。</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>They keep running when the window closes</source>
        <translation>窗口关闭后继续运行</translation>
    </message>
</context>
<context>
    <name>State</name>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>准备中</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Rendering</source>
        <translation>渲染中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Completed</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>已跳过</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Low on disk</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Draining</source>
        <translation>即将退出</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Disabled, finishing</source>
        <translation>已停用，收尾中</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Offline, disabled</source>
        <translation>离线，已停用</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>未检查</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
</context>
<context>
    <name>SubmitCommands</name>
    <message>
        <source>Submitted {0} tasks</source>
        <translation>已提交 {0} 个任务</translation>
    </message>
    <message>
        <source>Submitted: {0}</source>
        <translation>已提交：{0}</translation>
    </message>
    <message>
        <source>Drop to submit {0} projects</source>
        <translation>松开鼠标，提交 {0} 个工程</translation>
    </message>
    <message>
        <source>Drop to submit a render task</source>
        <translation>松开鼠标，提交渲染任务</translation>
    </message>
    <message>
        <source>{0} from the object store</source>
        <translation>{0} 个来自对象存储</translation>
    </message>
    <message>
        <source>{0} uploaded first</source>
        <translation>{0} 个将先上传</translation>
    </message>
    <message>
        <source>{0} folders packed and uploaded first</source>
        <translation>{0} 个文件夹将先打包上传</translation>
    </message>
    <message>
        <source>{0} that can't be submitted; the form says why</source>
        <translation>{0} 个无法提交；原因见表单</translation>
    </message>
    <message>
        <source>{0} folder packed and uploaded first</source>
        <translation>{0} 个文件夹将先打包上传</translation>
    </message>
</context>
<context>
    <name>SubmitDialog</name>
    <message>
        <source>Submit render tasks</source>
        <translation>提交渲染任务</translation>
    </message>
    <message>
        <source>Submit</source>
        <translation>提交</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Submitting…</source>
        <translation>正在提交…</translation>
    </message>
    <message>
        <source>Submit {0} tasks</source>
        <translation>提交 {0} 个任务</translation>
    </message>
    <message>
        <source>Submit {0} of {1}</source>
        <translation>提交 {0} 个（共 {1} 个）</translation>
    </message>
    <message>
        <source>Submitting {0}</source>
        <translation>正在提交 {0}</translation>
    </message>
    <message>
        <source>Packing {0}: {1} of {2}</source>
        <translation>正在打包 {0}：{1} / {2}</translation>
    </message>
    <message>
        <source>Uploading {0}: {1} of {2}</source>
        <translation>正在上传 {0}：{1} / {2}</translation>
    </message>
    <message>
        <source>{0} ({1} of {2})</source>
        <translation>{0}（{1} / {2}）</translation>
    </message>
    <message>
        <source>Packing, {0} %</source>
        <translation>正在打包，{0}%</translation>
    </message>
    <message>
        <source>Uploading, {0} %</source>
        <translation>正在上传，{0}%</translation>
    </message>
    <message>
        <source>Some were not submitted; the table says why.</source>
        <translation>部分工程未提交；原因见表格。</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>Task</name>
    <message>
        <source>First to last</source>
        <translation>从头到尾</translation>
    </message>
    <message>
        <source>Last to first</source>
        <translation>从尾到头</translation>
    </message>
    <message>
        <source>Spread over the range</source>
        <translation>均匀分散</translation>
    </message>
    <message>
        <source>version {0}</source>
        <translation>版本 {0}</translation>
    </message>
    <message>
        <source>tags {0}</source>
        <translation>标签 {0}</translation>
    </message>
    <message>
        <source>{0} GB of memory</source>
        <translation>{0} GB 内存</translation>
    </message>
</context>
<context>
    <name>TaskCommands</name>
    <message>
        <source>Paused: {0}</source>
        <translation>已暂停：{0}</translation>
    </message>
    <message>
        <source>Resumed: {0}</source>
        <translation>已继续：{0}</translation>
    </message>
    <message>
        <source>Waits for no other task: {0}</source>
        <translation>不再等待其他任务：{0}</translation>
    </message>
    <message>
        <source>Choose project file</source>
        <translation>选择工程文件</translation>
    </message>
    <message>
        <source>Which file of {0} is to be rendered?</source>
        <translation>要渲染 {0} 中的哪个文件？</translation>
    </message>
    <message>
        <source>The project holds several that are equally likely. The task goes on once one is chosen.</source>
        <translation>工程中有多个可能的文件。选定其中一个后，任务会继续。</translation>
    </message>
    <message>
        <source>Render it</source>
        <translation>渲染此文件</translation>
    </message>
    <message>
        <source>Project file chosen: {0}</source>
        <translation>已选择工程文件：{0}</translation>
    </message>
    <message>
        <source>Waiting again: {0}</source>
        <translation>重新排队：{0}</translation>
    </message>
    <message>
        <source>Priority changed: {0}</source>
        <translation>优先级已更改：{0}</translation>
    </message>
    <message>
        <source>Rendering now, stopped at once: {0}
Waiting, never rendered: {1}
Completed, kept: {2}</source>
        <translation>正在渲染、将立即停止：{0} 帧
等待中、不再渲染：{1} 帧
已完成、保留：{2} 帧</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消任务</translation>
    </message>
    <message>
        <source>Cancel the task {0}?</source>
        <translation>要取消任务 {0} 吗？</translation>
    </message>
    <message>
        <source>Cancel {0} tasks?</source>
        <translation>要取消 {0} 个任务吗？</translation>
    </message>
    <message>
        <source>Cancel task</source>
        <translation>取消任务</translation>
    </message>
    <message>
        <source>Cancel tasks</source>
        <translation>取消任务</translation>
    </message>
    <message>
        <source>Keep rendering</source>
        <translation>继续渲染</translation>
    </message>
    <message>
        <source>Cancelled: {0}</source>
        <translation>已取消：{0}</translation>
    </message>
    <message>
        <source>Nothing to clean up: no host has a workspace of these tasks.</source>
        <translation>没有可清理的内容：没有主机存有这些任务的工作区。</translation>
    </message>
    <message>
        <source>Clean-up asked of {0}; a host that is offline does it when it is back.</source>
        <translation>已请求 {0} 清理；离线主机恢复后会执行清理。</translation>
    </message>
    <message>
        <source>{0} Rendering again and left alone: {1}</source>
        <translation>{0}又开始渲染而未清理：{1}</translation>
    </message>
    <message>
        <source>Download the results of {0} to</source>
        <translation>将 {0} 的渲染结果下载到</translation>
    </message>
    <message>
        <source>Copied to {0}: {1} files; already there: {2}</source>
        <translation>已复制到 {0}：{1} 个文件；原已存在：{2} 个</translation>
    </message>
    <message>
        <source>Not everything could be downloaded; {0} problems.</source>
        <translation>部分内容未能下载；共 {0} 个问题。</translation>
    </message>
    <message>
        <source>Opened: {0}</source>
        <translation>已打开：{0}</translation>
    </message>
    <message>
        <source>Copied: {0}</source>
        <translation>已复制：{0}</translation>
    </message>
    <message>
        <source>{0} of {1} tasks refused.</source>
        <translation>{1} 个任务中有 {0} 个被拒绝。</translation>
    </message>
</context>
<context>
    <name>TaskHistory</name>
    <message>
        <source>History of the selected task</source>
        <translation>选中任务的历史记录</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>By people</source>
        <translation>人工操作</translation>
    </message>
    <message>
        <source>Frame {0}</source>
        <translation>第 {0} 帧</translation>
    </message>
    <message>
        <source>Select one task to see its history.</source>
        <translation>选中一个任务以查看历史记录。</translation>
    </message>
</context>
<context>
    <name>TaskPicker</name>
    <message>
        <source>no other task</source>
        <translation>无</translation>
    </message>
    <message>
        <source>{0} tasks</source>
        <translation>{0} 个任务</translation>
    </message>
</context>
<context>
    <name>TaskTable</name>
    <message>
        <source>Render tasks</source>
        <translation>渲染任务</translation>
    </message>
</context>
<context>
    <name>TaskTableModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>渲染引擎</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>帧</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>Elapsed</source>
        <translation>已用时间</translation>
    </message>
    <message>
        <source>ETA</source>
        <translation>预计完成</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>提交至今</translation>
    </message>
    <message>
        <source>Submitted</source>
        <translation>提交时间</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
    <message>
        <source>{0} completed, {1} skipped, {2} rendering, {3} failed, {4} cancelled, {5} waiting, {6} in all</source>
        <translation>已完成 {0}，已跳过 {1}，渲染中 {2}，失败 {3}，已取消 {4}，等待中 {5}，共 {6} 帧</translation>
    </message>
    <message>
        <source>Submitted {0}</source>
        <translation>提交于 {0}</translation>
    </message>
    <message>
        <source>Done between {0} and {1}, if frames take as long as the last {2} and {3} render at once</source>
        <translation>预计在 {0} 至 {1} 之间完成（按最近 {2} 帧的耗时、同时渲染 {3} 帧估算）</translation>
    </message>
</context>
<context>
    <name>Text</name>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分</translation>
    </message>
    <message>
        <source>{0} h {1:02}</source>
        <translation>{0} 时 {1:02} 分</translation>
    </message>
    <message>
        <source>{0} d {1} h</source>
        <translation>{0} 天 {1} 时</translation>
    </message>
    <message>
        <source>{0} min {1:02} s</source>
        <translation>{0} 分 {1:02} 秒</translation>
    </message>
    <message>
        <source>The scene</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>A texture or library is missing</source>
        <translation>缺少贴图或库文件</translation>
    </message>
    <message>
        <source>The host's installation</source>
        <translation>主机上的安装</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Object store</source>
        <translation>对象存储</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Out of memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>Out of graphics memory</source>
        <translation>显存不足</translation>
    </message>
    <message>
        <source>Crash</source>
        <translation>崩溃</translation>
    </message>
    <message>
        <source>Hang</source>
        <translation>无响应</translation>
    </message>
    <message>
        <source>Not the image it should be</source>
        <translation>图像不符合预期</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Hide</source>
        <translation>隐藏</translation>
    </message>
</context>
<context>
    <name>ToneBar</name>
    <message>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>The layer (AOV) of the image; Page Up and Page Down choose another</source>
        <translation>图像的图层（AOV）；按 Page Up、Page Down 切换</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>曝光</translation>
    </message>
    <message>
        <source>In stops; keys {0} and {1}, a double click resets</source>
        <translation>单位为档；按 {0} 和 {1} 调整，双击重置</translation>
    </message>
    <message>
        <source>Keys {0} and {1}, a double click resets</source>
        <translation>按 {0} 和 {1} 调整，双击重置</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>伽马</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
</context>
<context>
    <name>TransferStrip</name>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>{0}: {1} of {2}</source>
        <translation>{0}：{1} / {2}</translation>
    </message>
    <message>
        <source>{0} ({1} more)</source>
        <translation>{0}（另有 {1} 个）</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Frame number</source>
        <translation>帧号</translation>
    </message>
    <message>
        <source>The frame that is shown; type another one (Ctrl+G)</source>
        <translation>当前显示的帧；可输入其他帧号 (Ctrl+G)</translation>
    </message>
    <message>
        <source>Frames a second</source>
        <translation>帧率</translation>
    </message>
    <message>
        <source>Frames a second; what is late is left out</source>
        <translation>每秒帧数；来不及显示的帧会被丢弃</translation>
    </message>
    <message>
        <source> fps</source>
        <translation> 帧/秒</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show Render Manager</source>
        <translation>显示 Render Manager</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>ViewerWindow</name>
    <message>
        <source>frame {0}</source>
        <translation>第 {0} 帧</translation>
    </message>
    <message>
        <source>{0} fps</source>
        <translation>{0} 帧/秒</translation>
    </message>
    <message>
        <source>{0}, {1} left out</source>
        <translation>{0}，丢弃 {1} 帧</translation>
    </message>
</context>
<context>
    <name>WordLabel</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>WorkerCommands</name>
    <message>
        <source>Enabled: {0}</source>
        <translation>已启用：{0}</translation>
    </message>
    <message>
        <source>Disabled: {0}</source>
        <translation>已停用：{0}</translation>
    </message>
    <message>
        <source>Disable</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Disable the worker {0}?</source>
        <translation>要停用渲染节点 {0} 吗？</translation>
    </message>
    <message>
        <source>Disable {0} workers?</source>
        <translation>要停用 {0} 个渲染节点吗？</translation>
    </message>
    <message>
        <source>Frames being rendered are finished; no more are taken, not even after a restart, until enabled again.</source>
        <translation>正在渲染的帧会渲染完；重新启用之前不再领取新帧，重启后也是如此。</translation>
    </message>
    <message>
        <source>Drain</source>
        <translation>完成后退出</translation>
    </message>
    <message>
        <source>Let the worker {0} leave?</source>
        <translation>要让渲染节点 {0} 退出吗？</translation>
    </message>
    <message>
        <source>Let {0} workers leave?</source>
        <translation>要让 {0} 个渲染节点退出吗？</translation>
    </message>
    <message>
        <source>Frames finished first: {0}
To render again, they must be started again on their hosts.</source>
        <translation>退出前先渲染完：{0} 帧
要再次渲染，须在各自主机上重新启动。</translation>
    </message>
    <message>
        <source>Finish and leave</source>
        <translation>完成后退出</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Finishing and leaving: {0}</source>
        <translation>完成后退出：{0}</translation>
    </message>
    <message>
        <source>Forgotten: {0}</source>
        <translation>已移除：{0}</translation>
    </message>
    <message>
        <source>Copied: {0}</source>
        <translation>已复制：{0}</translation>
    </message>
    <message>
        <source>{0} of {1} workers refused.</source>
        <translation>{1} 个渲染节点中有 {0} 个被拒绝。</translation>
    </message>
    <message>
        <source>Starting a worker…</source>
        <translation>正在启动渲染节点…</translation>
    </message>
    <message>
        <source>Starting workers…</source>
        <translation>正在启动渲染节点…</translation>
    </message>
    <message>
        <source>Workers started: {0}</source>
        <translation>已启动渲染节点：{0} 个</translation>
    </message>
    <message>
        <source>Stopping this computer's workers…</source>
        <translation>正在停止本机的渲染节点…</translation>
    </message>
    <message>
        <source>Workers stopped.</source>
        <translation>渲染节点已停止。</translation>
    </message>
</context>
<context>
    <name>WorkerTable</name>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
</context>
<context>
    <name>WorkerTableModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>主机</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Rendering</source>
        <translation>正在渲染</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Graphics</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>Disk free</source>
        <translation>磁盘剩余</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>最后在线</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>渲染引擎</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>Last seen {0}
Started {1}</source>
        <translation>最后在线 {0}
启动于 {1}</translation>
    </message>
    <message>
        <source>Offline since {0}</source>
        <translation>自 {0} 起离线</translation>
    </message>
    <message>
        <source>{0} % of the graphics memory in use</source>
        <translation>显存已用 {0}%</translation>
    </message>
    <message>
        <source>Render Manager {0}</source>
        <translation>Render Manager {0}</translation>
    </message>
    <message>
        <source>{0} in all</source>
        <translation>共 {0}</translation>
    </message>
    <message>
        <source>{0} on {1}, process {2}; frames at a time: {3}</source>
        <translation>{0}，主机 {1}，进程 {2}；同时渲染：{3} 帧</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
</context>
<context>
    <name>WorkersDock</name>
    <message>
        <source>Workers</source>
        <translation>渲染节点</translation>
    </message>
    <message>
        <source>History of the selected worker</source>
        <translation>选中渲染节点的历史记录</translation>
    </message>
    <message>
        <source>Filter workers</source>
        <translation>筛选渲染节点</translation>
    </message>
    <message>
        <source>In a window of its own, or back</source>
        <translation>独立窗口／还原</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隐藏</translation>
    </message>
    <message>
        <source>Select one worker to see its history.</source>
        <translation>选中一个渲染节点以查看历史记录。</translation>
    </message>
</context>
<context>
    <name>WorkersStrip</name>
    <message>
        <source>Workers online: {0}</source>
        <translation>在线渲染节点：{0}</translation>
    </message>
    <message>
        <source>No worker online</source>
        <translation>没有在线的渲染节点</translation>
    </message>
    <message>
        <source> · rendering: {0}</source>
        <translation> · 渲染中：{0}</translation>
    </message>
    <message>
        <source> · disabled: {0}</source>
        <translation> · 已停用：{0}</translation>
    </message>
    <message>
        <source> · on this computer: {0}</source>
        <translation> · 本机：{0}</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>… 另有 {0} 个</translation>
    </message>
    <message>
        <source>Start a worker to render here.</source>
        <translation>启动一个渲染节点，在本机渲染。</translation>
    </message>
    <message>
        <source>{0} (not heard of)</source>
        <translation>{0}（失联）</translation>
    </message>
    <message>
        <source>no engine</source>
        <translation>无渲染引擎</translation>
    </message>
    <message>
        <source>task {0} frame {1}</source>
        <translation>任务 {0} 第 {1} 帧</translation>
    </message>
    <message>
        <source>processor {0} %</source>
        <translation>处理器 {0}%</translation>
    </message>
    <message>
        <source>memory {0} %</source>
        <translation>内存 {0}%</translation>
    </message>
    <message>
        <source>{0} free</source>
        <translation>剩余 {0}</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>{0} has no workspace: no host has prepared it yet, or it was cleaned up.</source>
        <translation>“{0}”没有工作区：尚无主机准备过它，或已被清理。</translation>
    </message>
    <message>
        <source>The workspace is not on this computer. Its path is copied; open it there:
{0}</source>
        <translation>工作区不在本机上。路径已复制，请在相应主机上打开：
{0}</translation>
    </message>
</context>
<context>
    <name>_NoWorkers</name>
    <message>
        <source>No workers yet</source>
        <translation>还没有渲染节点</translation>
    </message>
    <message>
        <source>Start one here, or render-worker on a render host.</source>
        <translation>在此启动一个，或在渲染主机上运行 render-worker。</translation>
    </message>
</context>
<context>
    <name>_Popup</name>
    <message>
        <source>Filter by name, user or id</source>
        <translation>按名称、用户或 ID 筛选</translation>
    </message>
    <message>
        <source>Filter tasks</source>
        <translation>筛选任务</translation>
    </message>
    <message>
        <source>Tasks that are not done yet</source>
        <translation>未完成的任务</translation>
    </message>
    <message>
        <source>No task is waiting or rendering.</source>
        <translation>没有等待中或渲染中的任务。</translation>
    </message>
</context>
<context>
    <name>_SavePreset</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Keep the frames, too</source>
        <translation>同时保存帧范围</translation>
    </message>
    <message>
        <source>Begin each new submission with it</source>
        <translation>每次新建提交时使用</translation>
    </message>
    <message>
        <source>Replaces the one of this name.</source>
        <translation>将替换同名预设。</translation>
    </message>
</context>
</TS>
