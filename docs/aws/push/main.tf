# What AWS pushes to warroom: a queue in us-west-2, and the rules that fill it. The same as
# docs/aws/push.yaml, for Terraform; docs/push.md explains the whole.
#
#   module "warroom_push" {
#     source    = "./docs/aws/push"
#     providers = { aws = aws.us_west_2 }
#   }

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "queue_name" {
  description = "What the queue is called; the others are called after it"
  type        = string
  default     = "warroom"
}

variable "other_accounts" {
  description = "Numbers of other accounts that may send their events to the bus (docs/aws/forward)"
  type        = list(string)
  default     = []
}

resource "aws_sqs_queue" "queue" {
  name                       = var.queue_name
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 345600 # four days: a room that was off catches up
  visibility_timeout_seconds = 300
  receive_wait_time_seconds  = 20

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.not_understood.arn
    maxReceiveCount     = 5
  })
}

# Messages that warroom left, since it does not know what they are.
resource "aws_sqs_queue" "not_understood" {
  name                      = "${var.queue_name}-not-understood"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

# Events that EventBridge could not put into the queue for a day.
resource "aws_sqs_queue" "undelivered" {
  name                      = "${var.queue_name}-undelivered"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

locals {
  queues = {
    queue       = aws_sqs_queue.queue
    undelivered = aws_sqs_queue.undelivered
  }
}

resource "aws_sqs_queue_policy" "queue_policy" {
  for_each  = local.queues
  queue_url = each.value.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyTheRulesSend"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = each.value.arn
      Condition = {
        ArnEquals = {
          "aws:SourceArn" = [
            aws_cloudwatch_event_rule.health_rule.arn,
            aws_cloudwatch_event_rule.alarm_rule.arn,
            aws_cloudwatch_event_rule.bus_health_rule.arn,
            aws_cloudwatch_event_rule.bus_alarm_rule.arn,
          ]
        }
      }
    }]
  })
}

# Takes in what other regions and accounts forward.
resource "aws_cloudwatch_event_bus" "bus" {
  name = var.queue_name
}

resource "aws_cloudwatch_event_bus_policy" "bus_policy" {
  count          = length(var.other_accounts) > 0 ? 1 : 0
  event_bus_name = aws_cloudwatch_event_bus.bus.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OtherAccountsSend"
      Effect    = "Allow"
      Principal = { AWS = var.other_accounts }
      Action    = "events:PutEvents"
      Resource  = aws_cloudwatch_event_bus.bus.arn
    }]
  })
}

# Every event of AWS Health. A rule for aws.health must name the source exactly.
resource "aws_cloudwatch_event_rule" "health_rule" {
  name          = "${var.queue_name}-health"
  event_pattern = <<-JSON
    {"source": ["aws.health"]}
  JSON
}

# The alarms of this region.
resource "aws_cloudwatch_event_rule" "alarm_rule" {
  name          = "${var.queue_name}-alarms"
  event_pattern = <<-JSON
    {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change", "CloudWatch Alarm Contributor State Change"]}
  JSON
}

# The Health events of other accounts.
resource "aws_cloudwatch_event_rule" "bus_health_rule" {
  name           = "${var.queue_name}-bus-health"
  event_bus_name = aws_cloudwatch_event_bus.bus.name
  event_pattern  = <<-JSON
    {"source": ["aws.health"]}
  JSON
}

# The alarms of other regions and accounts.
resource "aws_cloudwatch_event_rule" "bus_alarm_rule" {
  name           = "${var.queue_name}-bus-alarms"
  event_bus_name = aws_cloudwatch_event_bus.bus.name
  event_pattern  = <<-JSON
    {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change", "CloudWatch Alarm Configuration Change", "CloudWatch Alarm Contributor State Change"]}
  JSON
}

resource "aws_cloudwatch_event_target" "queue" {
  for_each = {
    health     = aws_cloudwatch_event_rule.health_rule
    alarm      = aws_cloudwatch_event_rule.alarm_rule
    bus_health = aws_cloudwatch_event_rule.bus_health_rule
    bus_alarm  = aws_cloudwatch_event_rule.bus_alarm_rule
  }
  rule           = each.value.name
  event_bus_name = each.value.event_bus_name
  target_id      = "queue"
  arn            = aws_sqs_queue.queue.arn

  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_iam_policy" "reader_policy" {
  name_prefix = "${var.queue_name}-queue-"
  description = "All that warroom needs on its queue"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WarroomReadsItsOwnQueue"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
      Resource = aws_sqs_queue.queue.arn
    }]
  })
}

output "queue_url" {
  description = "Write this into warroom.yaml, under push, as queue"
  value       = aws_sqs_queue.queue.url
}

output "bus_arn" {
  description = "Give this to docs/aws/forward in other regions and accounts"
  value       = aws_cloudwatch_event_bus.bus.arn
}

output "reader_policy_arn" {
  description = "Attach this to the role or user as which warroom runs"
  value       = aws_iam_policy.reader_policy.arn
}
