using UserStore.Migrations;

namespace UserStore.Tests.Migrations.Planning;

public sealed class MigrationIdTests
{
    [Theory]
    [InlineData("20261121093000_add_email_index")]
    [InlineData("20250401120000")]
    [InlineData("1_a.b-C")]
    public void An_id_that_starts_with_digits_is_accepted(string id) => new Named(id).Id.Should().Be(id);

    [Theory]
    [InlineData("")]
    [InlineData("add_email_index")]
    [InlineData("2026 1121")]
    [InlineData("20261121_")]
    [InlineData("20261121-add")]
    [InlineData("20261121_ä")]
    [InlineData("20261121_a\n")]
    [InlineData("٢٠٢٦_a")]
    public void An_id_that_does_not_start_with_digits_is_rejected_by_name(string id)
    {
        InvalidMigrationException rejected = new Func<Migration>(() => new Named(id)).Should().Throw<InvalidMigrationException>().Which;

        rejected.MigrationId.Should().Be(id);
        rejected.Message.Should().Contain("Start it with digits");
    }

    [Fact]
    public void An_id_of_more_than_200_characters_is_rejected()
    {
        new Named(new string('1', 200)).Id.Should().HaveLength(200);
        new Func<Migration>(() => new Named(new string('1', 201))).Should().Throw<InvalidMigrationException>();
    }

    [Fact]
    public void A_class_gets_its_id_from_its_attribute_or_is_rejected()
    {
        var migration = new WithAttribute();

        (migration.Id, migration.Description, migration.Revision).Should().Be(("1_attribute", "described", "r1"));
        new Func<Migration>(() => new WithoutId()).Should().Throw<InvalidMigrationException>().Which.MigrationId.Should().Be(nameof(WithoutId));
        new Func<Migration>(() => new WithWrongId()).Should().Throw<InvalidMigrationException>();
    }

    private sealed class Named(string id) : Migration(id)
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    private class WithoutId : Migration
    {
        public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    [Migration("1_attribute", Description = "described", Revision = "r1")]
    private sealed class WithAttribute : WithoutId;

    [Migration("attribute")]
    private sealed class WithWrongId : WithoutId;
}
