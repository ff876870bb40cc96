# Forwards the alarms of one more region, and in another account its Health events, to the
# bus of docs/aws/push. The same as docs/aws/forward.yaml, for Terraform. Once for each
# region whose alarms are to be pushed; in another account once more in us-west-2 with
# forward_health = true.
#
#   module "warroom_forward_ireland" {
#     source    = "./docs/aws/forward"
#     providers = { aws = aws.eu_west_1 }
#     bus_arn   = module.warroom_push.bus_arn
#   }

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "bus_arn" {
  description = "bus_arn of docs/aws/push"
  type        = string
}

variable "forward_health" {
  description = "true in us-west-2 of another account, so that its Health events are pushed as well"
  type        = bool
  default     = false
}

data "aws_caller_identity" "here" {}

# Events that could not be forwarded for a day.
resource "aws_sqs_queue" "undelivered" {
  name_prefix               = "warroom-undelivered-"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue_policy" "queue_policy" {
  queue_url = aws_sqs_queue.undelivered.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyTheRulesSend"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.undelivered.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.here.account_id } }
    }]
  })
}

resource "aws_iam_role" "forward_role" {
  name_prefix = "warroom-forward-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "forward" {
  role = aws_iam_role.forward_role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = var.bus_arn
    }]
  })
}

resource "aws_cloudwatch_event_rule" "alarm_rule" {
  name_prefix   = "warroom-alarms-"
  event_pattern = <<-JSON
    {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change", "CloudWatch Alarm Contributor State Change"]}
  JSON
}

resource "aws_cloudwatch_event_rule" "health_rule" {
  count         = var.forward_health ? 1 : 0
  name_prefix   = "warroom-health-"
  event_pattern = <<-JSON
    {"source": ["aws.health"]}
  JSON
}

resource "aws_cloudwatch_event_target" "alarm_rule" {
  rule      = aws_cloudwatch_event_rule.alarm_rule.name
  target_id = "bus"
  arn       = var.bus_arn
  role_arn  = aws_iam_role.forward_role.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_cloudwatch_event_target" "health_rule" {
  count     = var.forward_health ? 1 : 0
  rule      = aws_cloudwatch_event_rule.health_rule[0].name
  target_id = "bus"
  arn       = var.bus_arn
  role_arn  = aws_iam_role.forward_role.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}
