using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.SNS;
using Constructs;

namespace Infrastructure;

/// <summary>The alarms of the stack, which notify one topic. Nobody is subscribed to it unless somebody subscribes.</summary>
internal sealed class Alarms
{
    // The stream keeps records for 24 hours; this leaves time to act.
    private static readonly Duration MaxAge = Duration.Minutes(15);

    private readonly Construct _scope;
    private readonly Topic _topic;

    public Alarms(Construct scope) => (_scope, _topic) = (scope, new Topic(scope, "Alarms"));

    public string TopicArn => _topic.TopicArn;

    /// <summary>Adds an alarm on a metric that reaches a threshold in a period.</summary>
    public void Add(string id, string description, Metric metric, double threshold, int periods = 1)
    {
        var alarm = new Alarm(_scope, $"{id}Alarm", new AlarmProps
        {
            AlarmDescription = description,
            Metric = metric,
            Threshold = threshold,
            EvaluationPeriods = periods,
            ComparisonOperator = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            TreatMissingData = TreatMissingData.NOT_BREACHING, // no invocation is no failure
        });
        alarm.AddAlarmAction(new SnsAction(_topic));
    }

    /// <summary>Adds alarms on the errors of a function, which include timeouts, and on its throttled invocations.</summary>
    public void AddFailures(string id, Function function)
    {
        Add($"{id}Errors", "Invocations failed; the log of the function has the reason.", function.MetricErrors(), 1);
        Add($"{id}Throttles", "Invocations were throttled by the concurrency of the function or the account.", function.MetricThrottles(), 1);
    }

    /// <summary>Adds an alarm on how far a function is behind its stream.</summary>
    public void AddIteratorAge(string id, Function function)
    {
        Metric age = function.Metric("IteratorAge", new MetricOptions { Statistic = "Maximum" });
        Add(id, "The target is behind the source.", age, MaxAge.ToMilliseconds(), periods: 2);
    }
}
