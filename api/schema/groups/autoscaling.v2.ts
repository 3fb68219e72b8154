import type { SchemaSource } from "../idl.ts";

export const autoscalingV2: SchemaSource = {
  name: "autoscaling.v2",
  group: "autoscaling",
  version: "v2",
  package: "io.k8s.api.autoscaling.v2",
  types: `
ContainerResourceMetricSource
  1 name string required go=v1.ResourceName
  2 target MetricTarget required
  3 container string required
ContainerResourceMetricStatus
  1 name string required go=v1.ResourceName
  2 current MetricValueStatus required
  3 container string required
CrossVersionObjectReference
  1 kind string required
  2 name string required
  3 apiVersion string
ExternalMetricSource
  1 metric MetricIdentifier required
  2 target MetricTarget required
ExternalMetricStatus
  1 metric MetricIdentifier required
  2 current MetricValueStatus required
HPAScalingPolicy
  1 type string required go=v2.HPAScalingPolicyType
  2 value int32 required default=0
  3 periodSeconds int32 required default=0
HPAScalingRules
  3 stabilizationWindowSeconds *int32
  1 selectPolicy *string go=v2.ScalingPolicySelect
  2 policies []HPAScalingPolicy list=atomic
  4 tolerance *Quantity
HorizontalPodAutoscaler kind
  1 metadata meta.v1.ObjectMeta
  2 spec HorizontalPodAutoscalerSpec required omitempty
  3 status HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerBehavior
  1 scaleUp *HPAScalingRules
  2 scaleDown *HPAScalingRules
HorizontalPodAutoscalerCondition
  1 type string required go=v2.HorizontalPodAutoscalerConditionType
  2 status string required go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
HorizontalPodAutoscalerSpec
  1 scaleTargetRef CrossVersionObjectReference required
  2 minReplicas *int32
  3 maxReplicas int32 required default=0
  4 metrics []MetricSpec list=atomic
  5 behavior *HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus
  1 observedGeneration *int64
  2 lastScaleTime *Time
  3 currentReplicas int32
  4 desiredReplicas int32 required default=0
  5 currentMetrics []MetricStatus always list=atomic
  6 conditions []HorizontalPodAutoscalerCondition list=map:type patch=merge:type
MetricIdentifier
  1 name string required
  2 selector *meta.v1.LabelSelector
MetricSpec
  1 type string required go=v2.MetricSourceType
  2 object *ObjectMetricSource
  3 pods *PodsMetricSource
  4 resource *ResourceMetricSource
  7 containerResource *ContainerResourceMetricSource
  5 external *ExternalMetricSource
MetricStatus
  1 type string required go=v2.MetricSourceType
  2 object *ObjectMetricStatus
  3 pods *PodsMetricStatus
  4 resource *ResourceMetricStatus
  7 containerResource *ContainerResourceMetricStatus
  5 external *ExternalMetricStatus
MetricTarget
  1 type string required go=v2.MetricTargetType
  2 value *Quantity
  3 averageValue *Quantity
  4 averageUtilization *int32
MetricValueStatus
  1 value *Quantity
  2 averageValue *Quantity
  3 averageUtilization *int32
ObjectMetricSource
  1 describedObject CrossVersionObjectReference required
  2 target MetricTarget required
  3 metric MetricIdentifier required
ObjectMetricStatus
  1 metric MetricIdentifier required
  2 current MetricValueStatus required
  3 describedObject CrossVersionObjectReference required
PodsMetricSource
  1 metric MetricIdentifier required
  2 target MetricTarget required
PodsMetricStatus
  1 metric MetricIdentifier required
  2 current MetricValueStatus required
ResourceMetricSource
  1 name string required go=v1.ResourceName
  2 target MetricTarget required
ResourceMetricStatus
  1 name string required go=v1.ResourceName
  2 current MetricValueStatus required
`,
};
