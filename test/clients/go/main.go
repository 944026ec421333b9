// Calls again and again until standard input ends; fails at the first call that fails.
//
// Usage: AWS_PROFILE=First client sdk|base EDGE_SECONDS
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	awsbase "github.com/hashicorp/aws-sdk-go-base/v2"
)

func main() {
	ctx := context.Background()
	cfg, err := load(ctx, os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	// The SDK reads new credentials when the old ones have expired: a call shortly before that can arrive too late.
	edge, err := time.ParseDuration(os.Args[2] + "s")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	client := sts.NewFromConfig(cfg)
	for ; ; time.Sleep(250 * time.Millisecond) {
		credentials, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			log.Fatal(err)
		}
		if left := time.Until(credentials.Expires); left < edge {
			time.Sleep(left)
			continue
		}
		identity, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(credentials.AccessKeyID, *identity.Arn)
	}
}

func load(ctx context.Context, how string) (aws.Config, error) {
	if how == "sdk" {
		return config.LoadDefaultConfig(ctx)
	}
	// As the Terraform provider reads its configuration.
	_, cfg, diagnostics := awsbase.GetAwsConfig(ctx, &awsbase.Config{
		Profile:                       os.Getenv("AWS_PROFILE"),
		Region:                        os.Getenv("AWS_REGION"),
		EC2MetadataServiceEnableState: 1,
	})
	for _, diagnostic := range diagnostics {
		return cfg, fmt.Errorf("%s: %s", diagnostic.Summary(), diagnostic.Detail())
	}
	return cfg, nil
}
