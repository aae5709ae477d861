using System.Diagnostics;
using System.Diagnostics.Metrics;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Tests that run alone, because a listener hears the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ListenersRunAlone
{
    public const string Name = "Listeners";
}

/// <summary>What requests cost without a listener, and the instruments that each use them.</summary>
[Collection(ListenersRunAlone.Name)]
public sealed class InstrumentsTests
{
    private readonly StoreCallBench _bench = new();

    [Fact]
    public void Without_a_listener_nothing_is_measured_and_no_capacity_is_requested()
    {
        Instruments.AreUsed.Should().BeFalse();
        _bench.Begin().Capacity.Should().BeNull();
        RequestMeasurement.Start("GetItem", _bench.Tables, batchSize: null, TimeProvider.System).Should().BeNull();
    }

    [Fact]
    public void An_observer_of_the_call_needs_the_capacity_too()
        => _bench.Begin(isObserved: true).Capacity.Should().Be(ReturnConsumedCapacity.TOTAL);

    [Theory]
    [InlineData("db.client.operation.duration", "s")]
    [InlineData("userstore.retries", "{retry}")]
    [InlineData("userstore.throttles", "{throttle}")]
    [InlineData("userstore.consumed_capacity", "{capacity_unit}")]
    [InlineData("userstore.batch.size", "{item}")]
    public void A_listener_of_any_instrument_is_enough_to_measure_requests(string name, string unit)
    {
        Instrument? published = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name != UserStoreTelemetry.MeterName || instrument.Name != name)
                    return;
                published = instrument;
                self.EnableMeasurementEvents(instrument);
            },
        };

        listener.Start();

        Instruments.AreUsed.Should().BeTrue();
        _bench.Begin().Capacity.Should().Be(ReturnConsumedCapacity.TOTAL);
        (published!.Unit, published.Meter.Version).Should().Be((unit, typeof(Instruments).Assembly.GetName().Version!.ToString(3)));
    }

    [Fact]
    public void A_listener_of_spans_is_enough_to_measure_requests()
    {
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == UserStoreTelemetry.ActivitySourceName };
        ActivitySource.AddActivityListener(listener);

        Instruments.AreUsed.Should().BeTrue();
        Instruments.Source.Version.Should().Be(typeof(Instruments).Assembly.GetName().Version!.ToString(3));
    }

    [Fact]
    public void Durations_have_the_buckets_of_the_conventions()
        => Instruments.Duration.Advice!.HistogramBucketBoundaries.Should().Equal(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10);
}
