import type { SchemaSource } from "../idl.ts";

export const autoscalingV1: SchemaSource = {
  name: "autoscaling.v1",
  group: "autoscaling",
  version: "v1",
  package: "io.k8s.api.autoscaling.v1",
  types: `
ContainerResourceMetricSource
  1 name string always go=v1.ResourceName
  2 targetAverageUtilization *int32
  3 targetAverageValue *Quantity
  5 container string always
ContainerResourceMetricStatus
  1 name string always go=v1.ResourceName
  2 currentAverageUtilization *int32
  3 currentAverageValue Quantity always
  4 container string always
CrossVersionObjectReference atomic
  1 kind string required
  2 name string required
  3 apiVersion string
ExternalMetricSource
  1 metricName string always
  2 metricSelector *meta.v1.LabelSelector
  3 targetValue *Quantity
  4 targetAverageValue *Quantity
ExternalMetricStatus
  1 metricName string always
  2 metricSelector *meta.v1.LabelSelector
  3 currentValue Quantity always
  4 currentAverageValue *Quantity
HorizontalPodAutoscaler kind
  1 metadata meta.v1.ObjectMeta
  2 spec HorizontalPodAutoscalerSpec required omitempty
  3 status HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerCondition
  1 type string always go=v1.HorizontalPodAutoscalerConditionType
  2 status string always go=v1.ConditionStatus
  3 lastTransitionTime Time
  4 reason string
  5 message string
HorizontalPodAutoscalerSpec
  1 scaleTargetRef CrossVersionObjectReference required
  2 minReplicas *int32
  3 maxReplicas int32 required default=0
  4 targetCPUUtilizationPercentage *int32
HorizontalPodAutoscalerStatus
  1 observedGeneration *int64
  2 lastScaleTime *Time
  3 currentReplicas int32 required default=0
  4 desiredReplicas int32 required default=0
  5 currentCPUUtilizationPercentage *int32
MetricSpec
  1 type string always go=v1.MetricSourceType
  2 object *ObjectMetricSource
  3 pods *PodsMetricSource
  4 resource *ResourceMetricSource
  7 containerResource *ContainerResourceMetricSource
  5 external *ExternalMetricSource
MetricStatus
  1 type string always go=v1.MetricSourceType
  2 object *ObjectMetricStatus
  3 pods *PodsMetricStatus
  4 resource *ResourceMetricStatus
  7 containerResource *ContainerResourceMetricStatus
  5 external *ExternalMetricStatus
ObjectMetricSource
  1 target CrossVersionObjectReference always
  2 metricName string always
  3 targetValue Quantity always
  4 selector *meta.v1.LabelSelector
  5 averageValue *Quantity
ObjectMetricStatus
  1 target CrossVersionObjectReference always
  2 metricName string always
  3 currentValue Quantity always
  4 selector *meta.v1.LabelSelector
  5 averageValue *Quantity
PodsMetricSource
  1 metricName string always
  2 targetAverageValue Quantity always
  3 selector *meta.v1.LabelSelector
PodsMetricStatus
  1 metricName string always
  2 currentAverageValue Quantity always
  3 selector *meta.v1.LabelSelector
ResourceMetricSource
  1 name string always go=v1.ResourceName
  2 targetAverageUtilization *int32
  3 targetAverageValue *Quantity
ResourceMetricStatus
  1 name string always go=v1.ResourceName
  2 currentAverageUtilization *int32
  3 currentAverageValue Quantity always
Scale kind
  1 metadata meta.v1.ObjectMeta
  2 spec ScaleSpec
  3 status ScaleStatus
ScaleSpec
  1 replicas int32 default=0
ScaleStatus
  1 replicas int32 required default=0
  2 selector string
`,
};
