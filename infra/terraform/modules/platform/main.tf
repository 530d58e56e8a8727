# What a cluster needs before Meridian's own manifests (infra/kubernetes) can be applied: namespaces with their guards, and the
# controllers that the manifests rely on. Versions are pinned; an upgrade is a change like any other.

locals {
  charts = {
    external-secrets = {
      repository = "https://charts.external-secrets.io"
      chart      = "external-secrets"
      version    = "0.20.4"
      namespace  = "external-secrets"
      values     = yamlencode({})
      clouds     = ["aws", "gcp"]
    }
    prometheus = {
      repository = "https://prometheus-community.github.io/helm-charts"
      chart      = "kube-prometheus-stack"
      version    = "79.5.0"
      namespace  = "observability"
      # Rules, routes and dashboards are Meridian's own: infra/observability.
      values = yamlencode({
        grafana      = { enabled = false }
        defaultRules = { create = false }
      })
      clouds = ["aws", "gcp"]
    }
    # Gives the cluster's autoscaler the figures of Meridian's /metrics.
    prometheus-adapter = {
      repository = "https://prometheus-community.github.io/helm-charts"
      chart      = "prometheus-adapter"
      version    = "5.1.0"
      namespace  = "observability"
      values     = yamlencode({ rules = { default = false, existing = "meridian-adapter-rules" } })
      clouds     = ["aws", "gcp"]
    }
    karpenter = {
      repository = "oci://public.ecr.aws/karpenter"
      chart      = "karpenter"
      version    = "1.8.1"
      namespace  = "kube-system"
      values = yamlencode({
        settings = {
          clusterName       = var.cluster_name
          interruptionQueue = "${var.cluster_name}-interruptions"
        }
      })
      clouds = ["aws"]
    }
    # Registers the gateway's pods with the balancer that modules/aws/gateway has made.
    aws-load-balancer-controller = {
      repository = "https://aws.github.io/eks-charts"
      chart      = "aws-load-balancer-controller"
      version    = "1.14.1"
      namespace  = "kube-system"
      values     = yamlencode({ clusterName = var.cluster_name })
      clouds     = ["aws"]
    }
    cert-manager = {
      repository = "https://charts.jetstack.io"
      chart      = "cert-manager"
      version    = "v1.19.1"
      namespace  = "cert-manager"
      values     = yamlencode({ crds = { enabled = true } })
      clouds     = ["gcp"]
    }
  }
}

resource "kubernetes_namespace_v1" "this" {
  for_each = {
    meridian         = "restricted"
    observability    = "privileged"
    external-secrets = "restricted"
  }

  metadata {
    name = each.key

    labels = {
      "pod-security.kubernetes.io/enforce" = each.value
      "pod-security.kubernetes.io/warn"    = each.value
    }
  }
}

resource "helm_release" "this" {
  for_each = { for name, chart in local.charts : name => chart if contains(chart.clouds, var.cloud) }

  name             = each.key
  repository       = each.value.repository
  chart            = each.value.chart
  version          = each.value.version
  namespace        = each.value.namespace
  create_namespace = !contains(keys(kubernetes_namespace_v1.this), each.value.namespace)
  atomic           = true
  timeout          = 600
  values           = [each.value.values]
}
